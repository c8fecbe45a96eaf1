import type { LogRecord } from './record.ts'
import { readInt16, readInt32 } from './big-endian.ts'

/** What a control batch says: that a transaction ended, or something of Kafka's own. */
export interface ControlRecord {
  readonly type: ControlRecordType
  /** Of the transaction coordinator; undefined when the record is not the end of a transaction. */
  readonly coordinatorEpoch: number | undefined
}

export type ControlRecordType = 'abort' | 'commit' | 'other'

/** Reads the one record of a control batch. Undefined when it is not one that Kafka writes. */
export function readControlRecord(
  record: Pick<LogRecord, 'key' | 'value'>,
): ControlRecord | undefined {
  const { key, value } = record
  if (key === null || key.length < CONTROL_KEY_SIZE || readInt16(key, 0) < 0) return undefined
  const type = TYPES[readInt16(key, TYPE_AT)] ?? 'other'
  if (type === 'other') return { type, coordinatorEpoch: undefined }
  if (value === null || value.length < END_MARKER_SIZE || readInt16(value, 0) < 0) return undefined
  return { type, coordinatorEpoch: readInt32(value, COORDINATOR_EPOCH_AT) }
}

/** By number. Key: version i16, type i16. Value of these two: version i16, coordinator epoch i32. */
const TYPES: readonly ControlRecordType[] = ['abort', 'commit']
const CONTROL_KEY_SIZE = 4
const TYPE_AT = 2
const END_MARKER_SIZE = 6
const COORDINATOR_EPOCH_AT = 2
