import type { Answer } from '@millrace/testing/history'
import type { Client, ClientParts } from './client.ts'
import { type Connection, jsonOf } from './connection.ts'
import { answerTo, logOf } from './witness.ts'

/** Sends JSON over several partitions: one append. What has no answer is let be. */
export function jsonWriter(parts: ClientParts): Client {
  return {
    async takeTurn(connection) {
      const answer = await send(parts, connection, drawRecords(parts))
      return answer === 'unknown' ? 'lost' : 'on'
    },
  }
}

/** The same with an Idempotency-Key, and again, until it has an answer. */
export function keyedWriter(parts: ClientParts): Client {
  let records = drawRecords(parts)
  return {
    async takeTurn(connection) {
      const key = records[0]?.valueText ?? ''
      const answer = await send(parts, connection, records, { 'Idempotency-Key': key })
      if (answer === 'acknowledged') records = drawRecords(parts)
      return answer === 'unknown' ? 'lost' : 'on'
    },
  }
}

interface WantedRecord {
  readonly partition: number
  readonly valueText: string
}

interface Produced {
  readonly records: readonly { readonly offset: number }[]
}

async function send(
  { topic, witness }: ClientParts,
  connection: Connection,
  records: readonly WantedRecord[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const began = witness.now()
  const sent = connection.send('POST', `/v1/topics/${topic}/records`, { records }, headers)
  const { answer, reply } = await answerTo(sent, [200])
  const produced =
    answer === 'acknowledged' && reply !== undefined ? (jsonOf(reply) as Produced).records : []
  const sentRecords = records.map(({ partition, valueText }, index) => {
    const offset = produced[index]?.offset
    const log = logOf(topic, partition)
    return { log, value: valueText, ...(offset !== undefined && { offset }) }
  })
  witness.noteSend(began, answer, sentRecords)
  return answer
}

function drawRecords({ name, partitions, random, witness }: ClientParts): readonly WantedRecord[] {
  const prefix = `${name}.${witness.now()}`
  return Array.from({ length: 1 + random.below(RECORDS_MAX) }, (_, index) => {
    return { partition: random.below(partitions), valueText: `${prefix}.${index}` }
  })
}

const RECORDS_MAX = 40
