import type { LogId, LogOpening } from '@millrace/log/log'
import { type Offset, type Position, toOffset } from '@millrace/model/offset'

/** What the journal item that creates a log says of it, as JSON: for one that is brought in, also where it is. */
interface Creation {
  readonly directory: string
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly segment: number
  readonly bytes: number
  readonly offsetIndexBytes: number
  readonly timeIndexBytes: number
  readonly gaps: boolean
}

export type LogPlace = Omit<LogOpening, 'directory' | 'segments'>

export function encodeCreation(opening: LogPlace): Uint8Array {
  const { end, gaps, logStartOffset, name, syncedIndexes } = opening
  const creation: Creation = {
    directory: name,
    logStartOffset,
    logEndOffset: end.logEndOffset,
    segment: end.segment,
    bytes: end.bytes,
    ...syncedIndexes,
    gaps,
  }
  return Buffer.from(JSON.stringify(creation))
}

/** Undefined when it is not what `encodeCreation` makes. */
export function decodeCreation(id: number, bytes: Uint8Array): LogPlace | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
  return toLogPlace(id, parsed)
}

/** The same of a value that was JSON. */
export function toLogPlace(id: number, value: unknown): LogPlace | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(value))
  const count = (name: string): Offset | undefined => {
    const found = fields.get(name)
    return typeof found === 'number' ? toOffset(found) : undefined
  }
  const name = fields.get('directory')
  const logStartOffset = count('logStartOffset')
  const logEndOffset = count('logEndOffset')
  const segment = count('segment')
  const bytes = count('bytes')
  const offsetIndexBytes = count('offsetIndexBytes')
  const timeIndexBytes = count('timeIndexBytes')
  if (typeof name !== 'string' || logStartOffset === undefined || logEndOffset === undefined) {
    return undefined
  }
  if (segment === undefined || bytes === undefined) return undefined
  if (offsetIndexBytes === undefined || timeIndexBytes === undefined) return undefined
  return {
    id: id as LogId,
    name,
    logStartOffset,
    end: { logEndOffset, segment, bytes: bytes as number as Position },
    syncedIndexes: { offsetIndexBytes, timeIndexBytes },
    gaps: fields.get('gaps') === true,
  }
}
