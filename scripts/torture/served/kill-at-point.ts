/**
 * Imported into a server before its own program, with the order in the address of this file: kills the process at
 * the n-th call that matches. Nothing of this is in what is published.
 */
import fs from 'node:fs'
import { ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import process from 'node:process'
import type { KillOrder } from './kill-points.ts'

type Call = (...args: unknown[]) => unknown

const order = JSON.parse(decodeURIComponent(new URL(import.meta.url).search.slice(1))) as KillOrder
const { point } = order
const pattern = new RegExp(point.path)
const paths = new Map<unknown, string>()
let left = order.count

rememberPaths()
if (point.call === 'create') killAt(fs, 'open', ([path, flags]) => (flags === 'wx+' ? path : ''))
if (point.call === 'write') for (const name of ['write', 'writev']) killAt(fs, name, writtenPath)
if (point.call === 'sync') killAt(fs, 'fdatasync', ([descriptor]) => paths.get(descriptor))
if (point.call === 'rename') killAt(fs, 'rename', ([, to]) => to)
if (point.call === 'unlink') killAt(fs, 'unlink', ([path]) => path)
if (point.call === 'rmdir') killAt(fs, 'rmdir', ([path]) => path)
if (point.call === 'answer') killAtAnswer()
if (point.call === 'change') killAtChange()

function killAt(owner: object, name: string, pathOf: (args: readonly unknown[]) => unknown): void {
  wrap(owner, name, (call, args) => {
    if (!isReached(pathOf(args))) return call(...args)
    if (point.when === 'before') die()
    if (point.when === 'half') {
      writeHalf(args)
      die()
    }
    return call(...args.slice(0, -1), die)
  })
}

function killAtAnswer(): void {
  const { prototype } = ServerResponse
  const end = Reflect.get(prototype, 'end') as Call
  const endOrDie = function (this: ServerResponse, ...args: unknown[]): unknown {
    const { method, url } = this.req
    const isHere = isReached(`${method} ${url}`)
    if (isHere && point.when === 'before') die()
    const ended: unknown = Reflect.apply(end, this, args)
    // What was written to the socket is the kernel's, and is delivered.
    if (isHere) die()
    return ended
  }
  Reflect.set(prototype, 'end', endOrDie)
}

/** LMDB's calls are not Node's: what is seen is that the file has changed, while its commit is under way. */
function killAtChange(): void {
  wrap(fs, 'open', (call, args) => {
    const [path] = args
    if (typeof path === 'string' && path.endsWith('index/opening')) {
      fs.watch(dirname(path), (_, name) => void (isReached(name) && die())).unref()
    }
    return call(...args)
  })
}

function rememberPaths(): void {
  wrap(fs, 'open', (call, args) => {
    const done = args.at(-1) as Call
    return call(...args.slice(0, -1), (error: unknown, descriptor: unknown) => {
      if (error === null) paths.set(descriptor, String(args[0]))
      done(error, descriptor)
    })
  })
}

function writtenPath(args: readonly unknown[]): unknown {
  const position = Array.isArray(args[1]) ? args[2] : args[4]
  const isThere = point.position === undefined || point.position === position
  return isThere ? paths.get(args[0]) : ''
}

/** (descriptor, pieces, position) or (descriptor, bytes, from, length, position): some of it, cut anywhere. */
function writeHalf(args: readonly unknown[]): void {
  const [descriptor, data] = args
  const isList = Array.isArray(data)
  const bytes = Buffer.concat((isList ? data : [data]) as readonly Uint8Array[])
  const position = Number(isList ? args[2] : args[4])
  const length = Math.floor(Math.random() * bytes.length)
  fs.writeSync(Number(descriptor), bytes, 0, length, position)
}

function isReached(path: unknown): boolean {
  return typeof path === 'string' && pattern.test(path) && --left === 0
}

function wrap(
  owner: object,
  name: string,
  instead: (call: Call, args: readonly unknown[]) => unknown,
): void {
  const call = Reflect.get(owner, name) as Call
  Reflect.set(owner, name, (...args: unknown[]) => instead(call, args))
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
