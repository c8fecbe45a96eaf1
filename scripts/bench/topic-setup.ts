import { RECORD_BATCHES_TYPE } from '@millrace/http-api/records'
import { requestBytes } from './http-connection.ts'
import { runHttpLoad } from './http-load.ts'
import type { ServerProcess } from './server-process.ts'

/** Makes a topic on a running server. */
export async function createTopic(
  server: ServerProcess,
  topic: string,
  partitions: number,
  config: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const response = await fetch(`${server.url}/v1/topics/${topic}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ partitions, config }),
  })
  if (!response.ok) throw new Error(`${topic} was not made: ${await response.text()}`)
}

/** Fills a partition, 0 unless told otherwise, with at least so many bytes. */
export async function fillTopic(
  server: ServerProcess,
  topic: string,
  batch: Uint8Array,
  bytes: number,
  partition = 0,
): Promise<void> {
  const request = rawProduceRequest(topic, partition, batch)
  let left = Math.ceil(bytes / batch.length)
  await runHttpLoad(
    {
      port: server.port,
      connections: 8,
      request: () => {
        left--
        return request
      },
      isDone: () => left <= 0,
    },
    Infinity,
  )
}

export function rawProduceRequest(topic: string, partition: number, batch: Uint8Array): Uint8Array {
  const path = `/v1/topics/${topic}/records?partition=${partition}`
  return requestBytes('POST', path, { 'Content-Type': RECORD_BATCHES_TYPE }, batch)
}
