import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { LogRecord } from '@millrace/model/record'
import { fromLetter } from './dead-letter.ts'
import { type GroupPartition, passOver } from './group-partitions.ts'
import type { ShareParts } from './share-parts.ts'

/** A record as it is handed out; undefined: it is not there any more, which settles it. */
export async function readShared(
  parts: ShareParts,
  from: GroupPartition,
  offset: number,
): Promise<LogRecord | undefined> {
  const isCopy = from.share.ledger.redriven.has(offset)
  const record = await readStored(parts, from, offset)
  return record === undefined || !isCopy ? record : fromLetter(record, offset as Offset)
}

/** The same as it is stored: in its log or, redriven, in the dead-letter topic. */
export async function readStored(
  parts: ShareParts,
  from: GroupPartition,
  offset: number,
): Promise<LogRecord | undefined> {
  const letter = from.share.ledger.redriven.get(offset)
  if (letter !== undefined) return readCopy(parts, from, offset, letter)
  const { log, share } = from
  const known = parts.chunks.peek(log, offset as Offset)
  if (known !== undefined) return known
  try {
    const record = await parts.chunks.find(log, offset as Offset)
    // A place that nothing is in, as compaction leaves it.
    if (record === undefined) share.giveUp(offset, offset + 1)
    return record
  } catch (error) {
    if (!passOver(share, error, { log, offset })) throw error
    return undefined
  }
}

async function readCopy(
  { chunks, findLog }: ShareParts,
  { share }: GroupPartition,
  offset: number,
  letter: { readonly log: number; readonly offset: number },
): Promise<LogRecord | undefined> {
  const log = findLog(letter.log)
  const at = letter.offset as Offset
  const copy = log === undefined ? undefined : await chunks.find(log, at).catch(unlessGone)
  if (copy !== undefined) return copy
  share.letterGone(offset)
  return undefined
}

function unlessGone(error: unknown): undefined {
  if (error instanceof LogError && GONE.has(error.code)) return undefined
  throw error
}

const GONE: ReadonlySet<string> = new Set([
  'OFFSET_OUT_OF_RANGE',
  'CORRUPT_SEGMENT',
  'UNKNOWN_TOPIC_OR_PARTITION',
])
