import { existsSync, readFileSync } from 'node:fs'
import type { FetchedRecord } from '@millrace/http-api/records'
import { runCli } from './run-cli.ts'

/** Two logs of real machines; not part of the repository. */
const DIRECTORY = new URL('../../../../shared/data/', import.meta.url)

export interface RealLog {
  readonly name: string
  readonly bytes: Buffer
  /** Without their line feeds; the carriage return is theirs. */
  readonly lines: readonly string[]
  /** What makes lines belong together: group 1, or all of it. */
  readonly key: RegExp
}

export const REAL_LOGS_ARE_HERE =
  existsSync(new URL('OpenSSH_2k.log', DIRECTORY)) && existsSync(new URL('HDFS_2k.log', DIRECTORY))

export function realLogs(): readonly RealLog[] {
  const ssh = readFileSync(new URL('OpenSSH_2k.log', DIRECTORY))
  const hdfs = readFileSync(new URL('HDFS_2k.log', DIRECTORY))
  // Its last line has no end: between two copies there has to be one.
  const [copy, end] = [ssh.toString('latin1'), '\r\n']
  const twenty = Buffer.from(Array.from({ length: 20 }, () => copy).join(end), 'latin1')
  return [
    realLog('openssh', ssh, /sshd\[(\d+)\]/),
    realLog('hdfs', hdfs, /blk_-?\d+/),
    realLog('openssh-20', twenty, /sshd\[(\d+)\]/),
  ]
}

function realLog(name: string, bytes: Buffer, key: RegExp): RealLog {
  const lines = bytes.toString('latin1').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return { name, bytes, lines, key }
}

export function keyOf({ key }: RealLog, line: string): string | null {
  const match = key.exec(line)
  return match === null ? null : (match[1] ?? match[0])
}

/** A record as it came back. */
export interface ReadLine {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  /** From the header, from 1. */
  readonly number: number
  readonly key: string | null
  readonly text: string
}

/** Where reading begins; from the first record when nothing is said. */
export interface ReadFrom {
  /** In every partition. */
  readonly offset?: number
  readonly timestamp?: number
}

/** All of a topic over HTTP, as lines of JSON. */
export async function readOverHttp(
  url: string,
  topic: string,
  { offset, timestamp }: ReadFrom,
): Promise<ReadLine[]> {
  const query = new URLSearchParams()
  if (timestamp !== undefined) query.set('timestamp', String(timestamp))
  if (offset !== undefined) query.set('offset', String(offset))
  const answer = await fetch(`${url}/v1/topics/${topic}/records?${query.toString()}`, {
    headers: { accept: 'application/x-ndjson' },
  })
  return readLines(await answer.text())
}

/** The same, by `millrace consume`. */
export async function readByCli(
  url: string,
  topic: string,
  { offset, timestamp }: ReadFrom,
): Promise<ReadLine[]> {
  const from = timestamp === undefined ? [] : ['--from', String(timestamp)]
  const at = offset === undefined ? [] : ['--offset', String(offset)]
  const line = ['consume', topic, '-o', 'jsonl', '--server', url, ...from, ...at]
  return readLines((await runCli(line)).stdout.toString())
}

function readLines(text: string): ReadLine[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const record = JSON.parse(line) as FetchedRecord
    const header = record.headers.find(({ name }) => name === LINE_HEADER)
    return {
      partition: record.partition,
      offset: record.offset,
      timestamp: record.timestamp,
      number: Number(header?.value),
      key: record.key ?? null,
      text: record.valueText ?? '',
    }
  })
}

export const LINE_HEADER = 'line'

/** The lines put in the order of their numbers, as the file that they came from. */
export function fileOf(log: RealLog, read: readonly ReadLine[]): Buffer {
  const inOrder = read.toSorted((left, right) => left.number - right.number)
  const text = inOrder.map((line) => line.text).join('\n')
  return Buffer.from(log.bytes.at(-1) === 0x0a ? `${text}\n` : text, 'latin1')
}
