import { join } from 'node:path'
import { type Offset, toOffset } from '@millrace/model/offset'

/** What a segment is made of; a `.snapshot` is Kafka's, read at import and never written. */
export type SegmentFileKind = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot'

/** `00000000000000000042.log`: the base offset in 20 digits. A snapshot's number is the offset after what it knows. */
export function segmentFileName(baseOffset: Offset, kind: SegmentFileKind): string {
  return `${String(baseOffset).padStart(BASE_OFFSET_DIGITS, '0')}.${kind}`
}

export function segmentFilePath(
  directory: string,
  baseOffset: Offset,
  kind: SegmentFileKind,
): string {
  return join(directory, segmentFileName(baseOffset, kind))
}

export interface SegmentFileName {
  readonly baseOffset: Offset
  readonly kind: SegmentFileKind
}

/** Undefined for every other name, also for a number that is no offset. */
export function parseSegmentFileName(name: string): SegmentFileName | undefined {
  const [, digits, kind] = FILE_NAME.exec(name) ?? []
  if (digits === undefined || kind === undefined || !isKind(kind)) return undefined
  const baseOffset = toOffset(BigInt(digits))
  return baseOffset === undefined ? undefined : { baseOffset, kind }
}

/** Base offsets of the `.log` files among these names, ascending. */
export function segmentBaseOffsets(names: readonly string[]): readonly Offset[] {
  return names
    .flatMap((name) => {
      const parsed = parseSegmentFileName(name)
      return parsed?.kind === 'log' ? [parsed.baseOffset] : []
    })
    .sort((left, right) => left - right)
}

const BASE_OFFSET_DIGITS = 20
const KINDS: readonly string[] = ['log', 'index', 'timeindex', 'txnindex', 'snapshot']
const FILE_NAME = /^(\d{20})\.([a-z]+)$/

function isKind(kind: string): kind is SegmentFileKind {
  return KINDS.includes(kind)
}
