/**
 * The checkpoint: up to which entry the segments have everything, and what the store consists of. It is the
 * manifest: what it names exists, at least as long as it says; and nothing that it names is removed, renamed or
 * overwritten before a newer one, its directory synced, no longer names it.
 *
 * One line, `millrace-checkpoint 1 <CRC-32 of the rest, 8 hexadecimal digits> <length of the rest>`, then JSON.
 */
import { crc32 } from 'node:zlib'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { JournalStart } from '@millrace/journal/reader'
import type { LeaderEpoch } from '@millrace/log/leader-epochs'
import type { LogId } from '@millrace/log/log'
import type { Offset } from '@millrace/model/offset'
import { fromStoredPlace, type LogPlace, StoredPlaceSchema, toStoredPlace } from './log-place.ts'
import type { RemovedLog, StoreCounters } from './log-table.ts'

export interface Checkpoint extends StoreCounters {
  /** Where replay begins. */
  readonly journal: JournalStart
  /** At least as many journal slots are there, of at least these sizes in bytes. */
  readonly slots: readonly number[]
  /** When it was taken, in epoch milliseconds. */
  readonly wallClockMs: number
  readonly logs: readonly NamedLog[]
  /** Their directories may still be there, and are to go. */
  readonly removed: readonly RemovedLog[]
}

export interface NamedLog extends LogPlace {
  /** Beside the segments: what else must be there for the log to be whole. */
  readonly stateFiles: readonly string[]
  /** Leader epochs that began and are not in the log's own file yet. */
  readonly newEpochs?: readonly LeaderEpoch[]
}

const Count = Type.Integer({ minimum: 0 })

const CheckpointSchema = Type.Object({
  journal: Type.Object({
    run: Type.String({ pattern: '^[0-9a-f]{16}$' }),
    sequence: Count,
    slot: Count,
    position: Count,
  }),
  slots: Type.Array(Count),
  wallClockMs: Type.Number(),
  nextLogId: Count,
  leaderEpoch: Type.Integer({ minimum: -1 }),
  highestProducerId: Type.Integer({ minimum: -1 }),
  logs: Type.Array(
    Type.Object({
      id: Count,
      ...StoredPlaceSchema.properties,
      stateFiles: Type.Array(Type.String()),
      newEpochs: Type.Optional(Type.Array(Type.Object({ epoch: Count, startOffset: Count }))),
    }),
  ),
  removed: Type.Array(Type.Object({ id: Count, directory: Type.String({ minLength: 1 }) })),
})

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const logs = checkpoint.logs.map((log) => ({
    id: log.id,
    ...toStoredPlace(log),
    stateFiles: log.stateFiles,
    ...((log.newEpochs ?? []).length > 0 ? { newEpochs: log.newEpochs } : {}),
  }))
  const body = Buffer.from(`${JSON.stringify({ ...checkpoint, logs })}\n`)
  return Buffer.concat([Buffer.from(headLine(body)), body])
}

/** Undefined when it is not whole. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  const lineEnd = bytes.indexOf(LINE_FEED) + 1
  const body = Buffer.from(bytes.subarray(lineEnd))
  if (Buffer.from(bytes.subarray(0, lineEnd)).toString('latin1') !== headLine(body))
    return undefined
  const checkpoint: unknown = JSON.parse(body.toString())
  if (!Value.Check(CheckpointSchema, checkpoint)) return undefined
  return {
    ...checkpoint,
    logs: checkpoint.logs.map((log) => ({
      ...fromStoredPlace(log.id, log),
      stateFiles: log.stateFiles,
      newEpochs: (log.newEpochs ?? []).map(({ epoch, startOffset }) => {
        return { epoch, startOffset: startOffset as Offset }
      }),
    })),
    removed: checkpoint.removed.map(({ directory, id }) => ({ id: id as LogId, directory })),
  }
}

function headLine(body: Buffer): string {
  const crc = crc32(body).toString(16).padStart(8, '0')
  return `millrace-checkpoint ${VERSION} ${crc} ${body.length}\n`
}

const VERSION = 1
const LINE_FEED = 0x0a
