import type { Client, ClientParts } from './client.ts'
import { type Connection, jsonOf } from './connection.ts'
import { answerTo, logOf, type Witness } from './witness.ts'

/** Commits offsets of several partitions at once, always higher ones; now and then asks what is committed. */
export function committer(parts: ClientParts): Client {
  const { name, partitions, random, topic, witness } = parts
  const path = groupPath(name)
  const committed = Array.from({ length: partitions }, () => 0)
  return {
    async takeTurn(connection) {
      if (random.chance(20)) return askCommitted(parts, connection)
      const offsets = committed.flatMap((before, partition) => {
        const end = witness.endOf(logOf(topic, partition))
        return end > before
          ? [{ topic, partition, offset: before + 1 + random.below(end - before) }]
          : []
      })
      if (offsets.length === 0) return askCommitted(parts, connection)
      for (const { offset, partition } of offsets) committed[partition] = offset
      const began = witness.now()
      const { answer } = await answerTo(connection.send('POST', path, { offsets }), [200])
      const ended = witness.now()
      for (const { offset, partition } of offsets) {
        const log = logOf(topic, partition)
        witness.note({ kind: 'commit', began, ended, answer, group: name, log, offset })
      }
      return answer === 'unknown' ? 'lost' : 'on'
    },
  }
}

/** Also the last look of all. */
export async function askCommitted(
  { name, partitions, topic, witness }: Omit<ClientParts, 'random'>,
  connection: Connection,
): Promise<'on' | 'lost'> {
  const began = witness.now()
  const { answer, reply } = await answerTo(connection.get(groupPath(name)), [200])
  if (answer === 'unknown' || reply === undefined) return 'lost'
  if (answer === 'refused') return 'on'
  const { offsets } = jsonOf(reply) as CommittedOffsets
  noteCommitted({ name, partitions, topic, witness }, began, offsets)
  return 'on'
}

interface CommittedOffsets {
  readonly offsets: readonly { readonly partition: number; readonly offset: number }[]
}

function noteCommitted(
  parts: { name: string; partitions: number; topic: string; witness: Witness },
  began: number,
  offsets: CommittedOffsets['offsets'],
): void {
  const { name, partitions, topic, witness } = parts
  const found = new Map(offsets.map(({ offset, partition }) => [partition, offset]))
  const ended = witness.now()
  for (let partition = 0; partition < partitions; partition++) {
    const offset = found.get(partition) ?? null
    witness.note({
      kind: 'committed',
      began,
      ended,
      group: name,
      log: logOf(topic, partition),
      offset,
    })
  }
}

function groupPath(group: string): string {
  return `/v1/groups/${group}/offsets`
}
