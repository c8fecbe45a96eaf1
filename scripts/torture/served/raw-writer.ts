import type { SentRecord } from '@millrace/testing/history'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Client, ClientParts } from './client.ts'
import { jsonOf, type Reply } from './connection.ts'
import { answerTo, logOf } from './witness.ts'

/** Sends batches of some hundred small records. What has no answer is let be. */
export function rawWriter(parts: ClientParts): Client {
  const { name, partitions, random, topic, witness } = parts
  let turn = 0
  return {
    async takeTurn(connection) {
      const partition = random.below(partitions)
      const values = valuesOf(`${name}.${++turn}`, RECORDS_MIN + random.below(RECORDS_MORE))
      const bytes = batchOf(values, {})
      const began = witness.now()
      const sent = connection.send('POST', recordsPath(topic, partition), bytes)
      const { answer, reply } = await answerTo(sent, [200])
      const log = logOf(topic, partition)
      witness.noteSend(began, answer, placed(log, values, baseOffsetIn(reply)))
      return answer === 'unknown' ? 'lost' : 'on'
    },
  }
}

/** Sends batches with a producer id and sequences to one partition, and again, until each has an answer. */
export function sequencedWriter(parts: ClientParts, partition: number): Client {
  const { name, random, topic, witness } = parts
  let turn = 0
  let baseSequence = 0
  let producerId: number | undefined
  let values: readonly string[] = []
  return {
    async takeTurn(connection) {
      if (producerId === undefined) {
        const { answer, reply } = await answerTo(connection.send('POST', '/v1/producers'), [200])
        if (reply === undefined) return 'lost'
        if (answer !== 'acknowledged') return 'on'
        producerId = (jsonOf(reply) as { readonly producerId: number }).producerId
      }
      if (values.length === 0)
        values = valuesOf(`${name}.${++turn}`, 1 + random.below(RECORDS_MORE))
      const bytes = batchOf(values, { producerId, producerEpoch: 0, baseSequence })
      const began = witness.now()
      const sent = connection.send('POST', recordsPath(topic, partition), bytes)
      const { answer, reply } = await answerTo(sent, [200])
      const log = logOf(topic, partition)
      witness.noteSend(began, answer, placed(log, values, baseOffsetIn(reply)))
      if (answer === 'acknowledged') {
        baseSequence += values.length
        values = []
      }
      return answer === 'unknown' ? 'lost' : 'on'
    },
  }
}

function valuesOf(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}.${index}`.padEnd(VALUE_LENGTH, '.'))
}

function batchOf(
  values: readonly string[],
  sequence: Omit<Parameters<typeof encodeBatch>[0], 'records'>,
): Uint8Array {
  const timestamp = Date.now()
  const records = values.map((value) => {
    return { key: null, value: Buffer.from(value), headers: [], timestamp }
  })
  return encodeBatch({ records, ...sequence })
}

/** Undefined of a problem. */
function baseOffsetIn(reply: Reply | undefined): number | undefined {
  if (reply === undefined) return undefined
  const { ranges } = jsonOf(reply) as { readonly ranges?: readonly { baseOffset: number }[] }
  return ranges?.[0]?.baseOffset
}

function recordsPath(topic: string, partition: number): string {
  return `/v1/topics/${topic}/records?partition=${partition}`
}

function placed(
  log: string,
  values: readonly string[],
  baseOffset: number | undefined,
): readonly SentRecord[] {
  return values.map((value, index) => {
    return { log, value, ...(baseOffset !== undefined && { offset: baseOffset + index }) }
  })
}

/** Some of these batches fill half of the journal, and call for a checkpoint. */
const VALUE_LENGTH = 40
const RECORDS_MIN = 100
const RECORDS_MORE = 200
