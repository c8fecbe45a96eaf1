/**
 * A program: `worker.ts <JSON of WorkerPart>`. One consumer of a share group, which says what it does, and fails or
 * stalls at what the seed says. It ends in order when its standard input does.
 */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient, type ShareRecord, textOf } from '@millrace/client'
import { type EventKind, machineMs, type WorkerEvent } from './event.ts'
import { drawFate } from './fate.ts'
import { LINE_HEADER, type WorkerPart } from './worker-process.ts'

const { url, group, consumer, concurrency, seed, stallMs } = JSON.parse(
  process.argv[2] ?? '',
) as WorkerPart

const worker = createClient(url).shareConsumer(group, {
  consumer,
  concurrency,
  onExpired: (record) => say('lost', record),
})
process.stdin.resume()
const ended = once(process.stdin, 'end').then(() => worker.close())
await worker.run(handle)
await ended

async function handle(record: ShareRecord): Promise<void> {
  say('begin', record)
  const { signal } = record
  const { kind, workMs } = drawFate(seed, lineOf(record), record.deliveryCount)
  try {
    await delay(workMs / 2, undefined, { signal })
    if (kind === 'stalls') stall(record)
    // Where the worker finds out, when it stood still for too long.
    await delay(workMs / 2, undefined, { signal })
  } catch (error) {
    say('stop', record)
    throw error
  }
  if (kind === 'fails') {
    say('fail', record)
    throw new Error('That did not work.')
  }
  say('end', record)
}

/** Nothing happens in this process: no lock is renewed, of no record that it holds. */
function stall(record: ShareRecord): void {
  say('stall', record)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs)
}

/** Written at once: a kill takes back nothing that was said. */
function say(kind: EventKind, record: ShareRecord): void {
  const { deliveryCount } = record
  const event: WorkerEvent = { kind, line: lineOf(record), deliveryCount, atMs: machineMs() }
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

function lineOf({ headers }: ShareRecord): number {
  const value = headers.find(({ name }) => name === LINE_HEADER)?.value
  return Number(textOf(value ?? new Uint8Array()))
}
