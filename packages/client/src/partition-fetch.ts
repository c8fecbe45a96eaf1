import type { FetchAnswer } from '@millrace/http-api/records'
import { estimateRecordSize } from '@millrace/model/batch-split'
import type { LogRecord } from '@millrace/model/record'
import { isUnreadable, readBatches, type UnreadableSpan } from './batches-answer.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { attempt, pathOf } from './http.ts'
import { recordOfJson } from './json-answer.ts'
import { RECORD_BATCHES } from './media-type.ts'
import { MillraceError } from './millrace-error.ts'
import { withRetries } from './retry.ts'

export interface PartitionFetch {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Of stored bytes; one whole batch always comes. */
  readonly maxBytes: number
  /** How long the server may wait for something to come. */
  readonly waitMs: number
  /** Only records with this key. */
  readonly key: string | undefined
  readonly signal: AbortSignal
}

export interface FetchedChunk {
  readonly partition: number
  readonly records: readonly LogRecord[]
  /** What the records hold in memory, about. */
  readonly bytes: number
  /** Where to go on. Past `offset` even without records, when what was there is not for readers. */
  readonly nextOffset: number
}

/** Records of one partition from `offset` on: as the batches that are stored, or as JSON where that is needed. */
export async function fetchPartition(
  connection: Connection,
  fetch: PartitionFetch,
): Promise<FetchedChunk> {
  return fetch.key === undefined
    ? fetchBatches(connection, fetch)
    : fetchMatching(connection, fetch)
}

/** The server leaves out the others, which it cannot do of batches: they leave whole. */
async function fetchMatching(
  connection: Connection,
  { topic, partition, offset, maxBytes, waitMs, key, signal }: PartitionFetch,
): Promise<FetchedChunk> {
  const answer = await call<FetchAnswer>(connection, {
    method: 'GET',
    path: pathOf`/v1/topics/${topic}/partitions/${partition}/records`,
    query: { offset, maxBytes, maxRecords: JSON_RECORDS_MAX, waitMs, key, format: 'base64' },
    isIdempotent: true,
    waitMs,
    signal,
  })
  const records = answer.records.map(recordOfJson)
  const bytes = records.reduce((sum, record) => sum + estimateRecordSize(record), 0)
  return { partition, records, bytes, nextOffset: answer.nextOffset }
}

async function fetchBatches(connection: Connection, fetch: PartitionFetch): Promise<FetchedChunk> {
  const { topic, partition, offset, maxBytes, waitMs, signal } = fetch
  const deadlineMs = performance.now() + connection.retryForMs
  const request = {
    method: 'GET',
    path: pathOf`/v1/topics/${topic}/partitions/${partition}/records`,
    query: { offset, maxBytes, waitMs },
    headers: { accept: RECORD_BATCHES },
    waitMs,
    signal,
  } as const
  const { bytes, headers } = await withRetries(
    { deadlineMs, isIdempotent: true, signal },
    async () =>
      attempt(connection, request, async (response) => ({
        bytes: new Uint8Array(await response.arrayBuffer()),
        headers: response.headers,
      })),
  )
  const records: LogRecord[] = []
  for (const part of readBatches(bytes, offset)) {
    const more = isUnreadable(part) ? await fetchAsJson(connection, fetch, part) : part
    for (const record of more) records.push(record)
  }
  const lastOffset = records.at(-1)?.offset
  return {
    partition,
    records,
    bytes: bytes.length,
    nextOffset:
      numberIn(headers, 'millrace-next-offset') ??
      (lastOffset === undefined ? offset : lastOffset + 1),
  }
}

/** The server decompresses what nobody here can. */
export async function fetchAsJson(
  connection: Connection,
  {
    topic,
    partition,
    maxBytes,
    signal,
  }: Pick<PartitionFetch, 'topic' | 'partition' | 'maxBytes' | 'signal'>,
  span: UnreadableSpan,
): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = []
  let offset = span.fromOffset
  while (offset <= span.lastOffset) {
    const answer = await call<FetchAnswer>(connection, {
      method: 'GET',
      path: pathOf`/v1/topics/${topic}/partitions/${partition}/records`,
      query: { offset, maxBytes, maxRecords: JSON_RECORDS_MAX, format: 'base64' },
      isIdempotent: true,
      signal,
    })
    if (answer.nextOffset <= offset) {
      throw new MillraceError('UNEXPECTED_ANSWER', `It does not get past offset ${offset}.`)
    }
    offset = answer.nextOffset
    for (const record of answer.records) {
      if (record.offset <= span.lastOffset) records.push(recordOfJson(record))
    }
  }
  return records
}

function numberIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)
  return text === null || text === '' ? undefined : Number(text)
}

/** The most that the server gives at once. */
const JSON_RECORDS_MAX = 10_000
