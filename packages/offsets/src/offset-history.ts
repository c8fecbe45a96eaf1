import type { Offset } from '@millrace/model/offset'
import type { LogRecord } from '@millrace/model/record'
import type { IndexedState } from '@millrace/storage/indexed-state'
import { readBatches } from '@millrace/storage/log-records'
import { type Commit, decodeCommit } from './committed-offset.ts'
import { decodeOffsetKey, type OffsetKey } from './offset-key.ts'

export interface HistoryEntry extends OffsetKey {
  /** Undefined: the committed offset was taken back. */
  readonly commit: Commit | undefined
  readonly atMs: number
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[]
  /** There is more, below this offset of `__offsets`. A page may be short, or empty, and yet not the last. */
  readonly next?: Offset
}

/** What one group committed, newest first. Reads a bounded part of the log, backwards in strides. */
export async function readHistory(
  log: IndexedState['log'],
  query: {
    readonly group: string
    readonly limit: number
    /** Records of `__offsets` below this one. Left out: all of them. */
    readonly below?: Offset
    readonly isWanted: (key: OffsetKey) => boolean
  },
): Promise<HistoryPage> {
  const entries: HistoryEntry[] = []
  let below = Math.min(query.below ?? log.highWatermark, log.highWatermark) as Offset
  const lowest = Math.max(log.logStartOffset, below - SCANNED_MAX) as Offset
  while (below > lowest) {
    const from = Math.max(lowest, below - STRIDE) as Offset
    const stride = await readStride(log, { from, to: below }, query)
    for (const { offset, entry } of stride.toReversed()) {
      if (entries.length === query.limit) return { entries, next: nextBelow(offset) }
      entries.push(entry)
    }
    below = from
  }
  return below > log.logStartOffset ? { entries, next: below } : { entries }
}

/** Records looked at in one go. */
const STRIDE = 2_000
/** Records looked at for one page, however few of them are the group's. */
const SCANNED_MAX = 100_000

interface FoundEntry {
  readonly offset: Offset
  readonly entry: HistoryEntry
}

async function readStride(
  log: IndexedState['log'],
  range: { readonly from: Offset; readonly to: Offset },
  query: { readonly group: string; readonly isWanted: (key: OffsetKey) => boolean },
): Promise<FoundEntry[]> {
  const found: FoundEntry[] = []
  for await (const { records } of readBatches(log, range)) {
    for (const record of records) {
      if (record.offset < range.from || record.offset >= range.to) continue
      const key = decodeOffsetKey(record.key ?? NO_KEY)
      if (key.group !== query.group || !query.isWanted(key)) continue
      found.push({ offset: record.offset, entry: { ...key, ...commitOf(record) } })
    }
  }
  return found
}

function commitOf({ value, timestamp }: LogRecord): Pick<HistoryEntry, 'commit' | 'atMs'> {
  return { commit: value === null ? undefined : decodeCommit(value), atMs: timestamp }
}

const NO_KEY = new Uint8Array(0)

/** The page ends above this record, which is the first of the next. */
function nextBelow(offset: Offset): Offset {
  return (offset + 1) as Offset
}
