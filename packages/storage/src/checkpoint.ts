/**
 * The checkpoint: up to which entry the segments have everything, and what the store consists of. It is the
 * manifest: what it names exists, at least as long as it says; and nothing that it names is removed, renamed or
 * overwritten before a newer one, its directory synced, no longer names it.
 *
 * One line, `millrace-checkpoint 1 <CRC-32 of the rest, 8 hexadecimal digits> <length of the rest>`, then JSON.
 */
import { crc32 } from 'node:zlib'
import type { JournalStart } from '@millrace/journal/reader'
import type { LogId } from '@millrace/log/log'
import { type LogPlace, toLogPlace } from './log-creation.ts'
import type { RemovedLog } from './log-table.ts'

export interface Checkpoint {
  /** Where replay begins. */
  readonly journal: JournalStart
  readonly leaderEpoch: number
  /** At least as many journal slots are there, of at least these sizes in bytes. */
  readonly slots: readonly number[]
  /** When it was taken, in epoch milliseconds. */
  readonly wallClockMs: number
  readonly nextLogId: number
  readonly logs: readonly NamedLog[]
  /** Their directories may still be there, and are to go. */
  readonly removed: readonly RemovedLog[]
}

export interface NamedLog extends LogPlace {
  /** Beside the segments: what else must be there for the log to be whole. */
  readonly stateFiles: readonly string[]
}

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const logs = checkpoint.logs.map(({ id, name, end, syncedIndexes, ...rest }) => ({
    id,
    directory: name,
    ...rest,
    ...end,
    ...syncedIndexes,
  }))
  const body = Buffer.from(`${JSON.stringify({ ...checkpoint, logs })}\n`)
  const crc = crc32(body).toString(16).padStart(8, '0')
  return Buffer.concat([Buffer.from(`${MAGIC} ${VERSION} ${crc} ${body.length}\n`), body])
}

/** Undefined when it is not whole. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  const lineEnd = bytes.indexOf(LINE_FEED)
  const [magic, version, crc, length] = Buffer.from(bytes.subarray(0, Math.max(lineEnd, 0)))
    .toString('latin1')
    .split(' ')
  const body = Buffer.from(bytes.subarray(lineEnd + 1))
  if (magic !== MAGIC || version !== String(VERSION)) return undefined
  if (length !== String(body.length)) return undefined
  if (crc !== crc32(body).toString(16).padStart(8, '0')) return undefined
  return toCheckpoint(JSON.parse(body.toString()))
}

/** The CRC was right, so these are our own words; still nothing is taken that does not fit. */
function toCheckpoint(value: unknown): Checkpoint | undefined {
  const fields = fieldsOf(value)
  const journal = fieldsOf(fields.get('journal'))
  const run = journal.get('run')
  const logs = listOf(fields.get('logs')).map(toNamedLog)
  const removed = listOf(fields.get('removed')).map(toRemovedLog)
  const slots = listOf(fields.get('slots')).filter((size) => typeof size === 'number')
  if (typeof run !== 'string' || logs.includes(undefined) || removed.includes(undefined)) {
    return undefined
  }
  return {
    journal: {
      run,
      sequence: numberOf(journal, 'sequence'),
      slot: numberOf(journal, 'slot'),
      position: numberOf(journal, 'position'),
    },
    leaderEpoch: numberOf(fields, 'leaderEpoch'),
    slots,
    wallClockMs: numberOf(fields, 'wallClockMs'),
    nextLogId: numberOf(fields, 'nextLogId'),
    logs: logs.filter((log) => log !== undefined),
    removed: removed.filter((log) => log !== undefined),
  }
}

function toNamedLog(value: unknown): NamedLog | undefined {
  const fields = fieldsOf(value)
  const place = toLogPlace(numberOf(fields, 'id'), value)
  const stateFiles = listOf(fields.get('stateFiles')).filter((name) => typeof name === 'string')
  return place === undefined ? undefined : { ...place, stateFiles }
}

function toRemovedLog(value: unknown): RemovedLog | undefined {
  const fields = fieldsOf(value)
  const directory = fields.get('directory')
  if (typeof directory !== 'string') return undefined
  return { id: numberOf(fields, 'id') as LogId, directory }
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function numberOf(fields: ReadonlyMap<string, unknown>, name: string): number {
  const value = fields.get(name)
  return typeof value === 'number' ? value : 0
}

const MAGIC = 'millrace-checkpoint'
const VERSION = 1
const LINE_FEED = 0x0a
