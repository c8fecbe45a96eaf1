import { LogError } from '@millrace/model/log-error'
import type { RecordContent } from '@millrace/model/record'
import type { Redriven } from '@millrace/model/share-group'
import type { GroupPartition, GroupPartitions } from './group-partitions.ts'
import { type LaneKey, laneKeyOf } from './lane-key.ts'
import type { BetweenTurns } from './live-share-group.ts'
import type { ShareFact } from './share-fact.ts'
import type { ShareParts } from './share-parts.ts'
import type { FoundLetter } from './share-record.ts'

/** Of some keys, or all. */
export type RedriveTarget = { readonly keys: readonly Uint8Array[] } | { readonly all: true }

/**
 * Dead letters take the places of their records again, before whatever of their keys was not handed out yet. A key of
 * which none is left in the dead-letter topic is parked no more. On disk when it resolves.
 */
export async function redrive(
  parts: ShareParts,
  target: RedriveTarget,
  { partitions, group }: BetweenTurns,
): Promise<Redriven> {
  const lanes = 'keys' in target ? new Set(target.keys.map(laneKeyOf)) : undefined
  if (lanes !== undefined && group.settings.ordering === 'none') {
    throw new LogError(
      'INVALID_REQUEST',
      'Without order, dead letters are not kept by key: redrive all of them, {"all":true}.',
      { appended: false },
    )
  }
  const { letters, left } = await some(lettersOf(parts, group.id, lanes))
  const facts = new FactsByPartition(partitions)
  let gone = 0
  for (const letter of letters) {
    const from = partitions.find(letter.source.log)
    const isThere = from !== undefined && isReadable(parts, letter)
    if (!isThere) gone++
    if (from !== undefined) facts.add(from, factOf(letter, isThere))
    // Its topic is gone, or the group does not read it any more: it has no place to come back to.
    else facts.forget(letter)
  }
  // The last key of a part may have more.
  const unfinished = left > 0 ? letters.at(-1)?.lane : undefined
  for (const from of partitions.all) {
    for (const parked of from.share.ledger.parked) {
      const isAsked = lanes === undefined || lanes.has(parked)
      const isReached = left === 0 || isAmong(letters, parked)
      if (isAsked && isReached && parked !== unfinished)
        facts.add(from, { kind: 'unparked', lane: parked })
    }
  }
  const { records, apply } = facts.toRecords(parts)
  if (records.length > 0) await parts.store.append(records)
  apply()
  return { redriven: letters.length - gone, gone, left }
}

async function* lettersOf(
  { store }: ShareParts,
  groupId: string,
  lanes: ReadonlySet<LaneKey> | undefined,
): AsyncGenerator<readonly FoundLetter[]> {
  for (const lane of lanes ?? [undefined]) yield* store.letters(groupId, lane)
}

async function some(pages: AsyncIterable<readonly FoundLetter[]>): Promise<{
  readonly letters: readonly FoundLetter[]
  readonly left: number
}> {
  const letters: FoundLetter[] = []
  let left = 0
  for await (const page of pages) {
    const room = LETTERS_MAX - letters.length
    letters.push(...page.slice(0, room))
    left += Math.max(0, page.length - room)
  }
  return { letters, left }
}

/** Of one call. */
const LETTERS_MAX = 5_000

function isReadable({ findLog }: ShareParts, { log, offset }: FoundLetter): boolean {
  const copies = findLog(log)
  return copies !== undefined && offset >= copies.logStartOffset
}

function factOf({ source, log, offset, lane }: FoundLetter, isThere: boolean): ShareFact {
  const kind = isThere ? 'redriven' : 'letter-gone'
  return { kind, offset: source.offset, letter: { log, offset, lane } }
}

function isAmong(letters: readonly FoundLetter[], lane: LaneKey): boolean {
  return letters.some((letter) => letter.lane === lane)
}

class FactsByPartition {
  readonly #partitions: GroupPartitions
  readonly #facts = new Map<GroupPartition, ShareFact[]>()
  readonly #forgotten: string[] = []

  constructor(partitions: GroupPartitions) {
    this.#partitions = partitions
  }

  forget({ key }: FoundLetter): void {
    this.#forgotten.push(key)
  }

  add(from: GroupPartition, fact: ShareFact): void {
    const facts = this.#facts.get(from)
    if (facts === undefined) this.#facts.set(from, [fact])
    else facts.push(fact)
  }

  /** `apply` once they are on disk. */
  toRecords({ store }: Pick<ShareParts, 'store'>): {
    readonly records: readonly RecordContent[]
    readonly apply: () => void
  } {
    const records = [...this.#facts].map(([{ log }, facts]) => {
      return this.#partitions.factsRecord(log.id, facts)
    })
    records.push(...this.#forgotten.map((key) => store.recordOf(key, null)))
    const apply = () => {
      // All of them first: what is parked in one partition is so in all.
      for (const [{ share }, facts] of this.#facts) {
        for (const fact of facts) share.ledger.apply(fact)
      }
      for (const [{ share }, facts] of this.#facts) share.redriven(facts)
      const unparked = [...this.#facts.values()].flat().filter(({ kind }) => kind === 'unparked')
      for (const { share } of this.#partitions.all) share.redriven(unparked)
    }
    return { records, apply }
  }
}
