import { setTimeout as delay } from 'node:timers/promises'
import type { Client, ClientParts } from './client.ts'
import { answerTo, logOf } from './witness.ts'

/** Trims a partition to some offset below what was acknowledged, in small steps, so that segments go. */
export function trimmer({ partitions, random, topic, witness }: ClientParts): Client {
  const starts = Array.from({ length: partitions }, () => 0)
  return {
    async takeTurn(connection) {
      await delay(random.below(PAUSE_MS_MAX))
      const partition = random.below(partitions)
      const log = logOf(topic, partition)
      const start = starts[partition] ?? 0
      const offset = start + random.below(Math.max(witness.endOf(log) - start, 0) / 2 + 1)
      if (offset === start) return 'on'
      starts[partition] = offset
      const began = witness.now()
      const path = `/v1/topics/${topic}/partitions/${partition}/trim`
      const { answer } = await answerTo(
        connection.send('POST', path, { beforeOffset: offset }),
        [200],
      )
      witness.note({ kind: 'trim', began, ended: witness.now(), answer, log, offset })
      return answer === 'unknown' ? 'lost' : 'on'
    },
  }
}

/** Without a pause hardly anything would be left to be lost. */
const PAUSE_MS_MAX = 60
