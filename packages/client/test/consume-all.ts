import type { Client } from '../src/client.ts'
import { type ConsumedRecord, textOf } from '../src/consumed-record.ts'
import type { ConsumerOptions } from '../src/consumer.ts'

export interface ReadRecord extends ConsumedRecord {
  readonly keyText: string | null
  readonly text: string | null
}

/** Everything that is in a topic now. */
export async function consumeAll(
  client: Client,
  topic: string,
  options: ConsumerOptions = {},
): Promise<readonly ReadRecord[]> {
  await using consumer = client.consumer(topic, { follow: false, ...options })
  const records: ReadRecord[] = []
  for await (const record of consumer) {
    const { key, value } = record
    const keyText = key === null ? null : textOf(key)
    records.push({ ...record, keyText, text: value === null ? null : textOf(value) })
  }
  return records
}
