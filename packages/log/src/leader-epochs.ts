/**
 * The leader epochs of one partition: which epoch its batches from an offset on were written in. The file
 * `leader-epoch-checkpoint` is Kafka's:
 *
 *     0                      version
 *     2                      how many lines follow
 *     0 0                    epoch, and the offset of its first batch
 *     3 22
 *
 * Invariants
 *   - epochs and offsets ascend;
 *   - it follows from the batches: lost, it is found again by bisecting them.
 */
import { type Offset, toOffset } from '@millrace/model/offset'

export interface LeaderEpoch {
  readonly epoch: number
  /** Of its first batch. */
  readonly startOffset: Offset
}

export const LEADER_EPOCH_FILE = 'leader-epoch-checkpoint'

/** Undefined when it is not such a file. */
export function parseLeaderEpochs(text: string): readonly LeaderEpoch[] | undefined {
  const [version, count, ...lines] = text.trimEnd().split('\n')
  if (version !== '0' || count !== String(lines.length)) return undefined
  const epochs = lines.map(parseLine)
  return epochs.every((epoch, index) => isAfter(epochs[index - 1], epoch))
    ? epochs.flatMap((epoch) => epoch ?? [])
    : undefined
}

export function formatLeaderEpochs(epochs: readonly LeaderEpoch[]): string {
  const lines = epochs.map(({ epoch, startOffset }) => `${epoch} ${startOffset}\n`)
  return `0\n${epochs.length}\n${lines.join('')}`
}

/** With what began since. One that is not above the last changes nothing. */
export function addLeaderEpochs(
  epochs: readonly LeaderEpoch[],
  began: readonly LeaderEpoch[],
): readonly LeaderEpoch[] {
  const all = [...epochs]
  for (const epoch of began) if (isAfter(all.at(-1), epoch)) all.push(epoch)
  return all
}

/** Without those of records that can no longer be read; the one in force at the log start begins there. */
export function trimLeaderEpochs(
  epochs: readonly LeaderEpoch[],
  logStartOffset: Offset,
): readonly LeaderEpoch[] {
  const kept = epochs.filter(({ startOffset }) => startOffset > logStartOffset)
  const inForce = epochs.findLast(({ startOffset }) => startOffset <= logStartOffset)
  return inForce === undefined ? kept : [{ ...inForce, startOffset: logStartOffset }, ...kept]
}

/** What the bisection asks: the batch that holds `offset`, or the first after it. Undefined: none. */
export type BatchAt = (offset: Offset) => Promise<
  | {
      readonly baseOffset: Offset
      readonly lastOffset: Offset
      readonly partitionLeaderEpoch: number
    }
  | undefined
>

/** The epochs of the batches in [fromOffset, untilOffset), looking at few of them. */
export async function findLeaderEpochs(
  batchAt: BatchAt,
  fromOffset: Offset,
  untilOffset: Offset,
): Promise<readonly LeaderEpoch[]> {
  const epochs: LeaderEpoch[] = []
  let next = await batchAt(fromOffset)
  while (next !== undefined && next.baseOffset < untilOffset) {
    const { partitionLeaderEpoch: epoch } = next
    epochs.push({ epoch, startOffset: next.baseOffset })
    next = await firstAfterEpoch(batchAt, epoch, next.lastOffset, untilOffset)
  }
  return epochs
}

/** The first batch of a later epoch. `within`: an offset that is of this epoch. */
async function firstAfterEpoch(
  batchAt: BatchAt,
  epoch: number,
  within: Offset,
  untilOffset: Offset,
) {
  let low = within + 1
  let high = untilOffset as number
  let found: Awaited<ReturnType<BatchAt>>
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const batch = await batchAt(middle as Offset)
    if (batch !== undefined && batch.partitionLeaderEpoch <= epoch) {
      low = Math.max(middle, batch.lastOffset) + 1
    } else {
      found = batch ?? found
      high = middle
    }
  }
  return found
}

function parseLine(line: string): LeaderEpoch | undefined {
  const [, epoch, offset] = /^(\d{1,10}) (\d{1,16})$/.exec(line) ?? []
  const startOffset = offset === undefined ? undefined : toOffset(Number(offset))
  return startOffset === undefined ? undefined : { epoch: Number(epoch), startOffset }
}

function isAfter(before: LeaderEpoch | undefined, epoch: LeaderEpoch | undefined): boolean {
  if (epoch === undefined) return false
  if (before === undefined) return true
  return epoch.epoch > before.epoch && epoch.startOffset > before.startOffset
}
