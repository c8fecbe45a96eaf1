import { ConsumerPath, ShareGroupPath } from '@millrace/http-api/share-groups'
import {
  Acknowledge,
  AcknowledgeAnswer,
  Acquire,
  ACQUIRE_BYTES_DEFAULT,
  ACQUIRE_RECORDS_DEFAULT,
  AcquireAnswer,
  Redrive,
  RedriveAnswer,
} from '@millrace/http-api/share-records'
import type { LogErrorCode } from '@millrace/model/log-error'
import type { RedriveRequest } from '@millrace/model/share-group'
import { acknowledgementsOf } from '../acknowledgements.ts'
import { acquiredAnswer } from '../acquired-answer.ts'
import { answers, emptyAnswer, jsonAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'
import { RecordViews } from '../record-view.ts'
import { sendJson } from '../send-json.ts'

export function addShareRecordRoutes(app: App, edge: Edge): void {
  addAcquiring(app, edge)
  addEndingWaits(app, edge)
  addAcknowledging(app, edge)
  addRedriving(app, edge)
}

const PROBLEMS: readonly LogErrorCode[] = [
  'INVALID_TOPIC',
  'UNKNOWN_GROUP',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNSUPPORTED_MEDIA_TYPE',
  ...WRITING,
]

function addAcquiring(app: App, { broker, waits, config }: Edge): void {
  app.post('/v1/share-groups/:group/acquire', {
    schema: {
      tags: ['share groups'],
      operationId: 'acquireRecords',
      summary: 'Acknowledge records of a share group, and get more: all that a consumer does',
      description:
        'A record is for who acquired it until it is acknowledged, or its lock runs out. Several of one key may come in one ' +
        'answer, in order: releasing or rejecting one takes back those behind it, so say first which of them are done.',
      params: ShareGroupPath,
      body: Acquire,
      response: answers({ 200: jsonAnswer('Records, each with its receipt.', AcquireAnswer) }, [
        ...PROBLEMS,
        'CORRUPT_SEGMENT',
      ]),
    },
    handler: async ({ params, body, raw }, reply) => {
      const { consumer, waitMs = 0, format = 'json', acknowledgements = [] } = body
      const { maxRecords = ACQUIRE_RECORDS_DEFAULT, maxBytes = ACQUIRE_BYTES_DEFAULT } = body
      const acquired = await broker.acquire(params.group, {
        consumer,
        maxRecords,
        maxBytes,
        waitMs,
        acknowledgements: acknowledgementsOf(acknowledgements),
        signal: waits.signal(raw),
      })
      const receipts = acquired.records.map(({ receipt }) => receipt)
      if (reply.raw.destroyed) {
        await giveBack(params.group, receipts)
        return reply.hijack()
      }
      reply.raw.once('close', () => {
        if (reply.raw.writableFinished) return
        // When that fails, too, their locks run out.
        giveBack(params.group, receipts).catch(() => undefined)
      })
      // Who leaves an answer lying would keep its records from others.
      const answer = acquiredAnswer(acquired, new RecordViews(broker, format))
      return sendJson(reply, answer, config.nextBytesTimeoutMs)
    },
  })

  /** Nobody knows of them all, and others would wait for their locks to run out. */
  async function giveBack(group: string, receipts: readonly string[]): Promise<void> {
    if (receipts.length === 0) return
    await broker.acknowledge(
      group,
      receipts.map((receipt) => ({ receipt, type: 'return' })),
    )
  }
}

function addEndingWaits(app: App, { broker }: Edge): void {
  app.delete('/v1/share-groups/:group/consumers/:consumer/waits', {
    schema: {
      tags: ['share groups'],
      operationId: 'endWaits',
      summary: 'Have what waits for records answered now, to acquire no more',
      description:
        'Who breaks off an acquire cannot know whether records came with it: those stay locked until their locks run out. ' +
        'This ends the waits that came under the name before; each is answered, as a rule with no records. What the ' +
        'consumer holds stays its own.',
      params: ConsumerPath,
      response: answers({ 204: emptyAnswer('Nothing waits under that name.') }, ['UNKNOWN_GROUP']),
    },
    handler: async ({ params }, reply) => {
      await broker.endWaits(params.group, params.consumer)
      return reply.code(204).send()
    },
  })
}

function addAcknowledging(app: App, { broker }: Edge): void {
  app.post('/v1/share-groups/:group/acknowledge', {
    schema: {
      tags: ['share groups'],
      operationId: 'acknowledgeRecords',
      summary: 'Say of acquired records, one by one, what became of them',
      description:
        'A receipt that has expired acknowledges nothing, and its `code` is `RECEIPT_EXPIRED`; the others of the call still count.',
      params: ShareGroupPath,
      body: Acknowledge,
      response: answers({ 200: jsonAnswer('On disk.', AcknowledgeAnswer) }, PROBLEMS),
    },
    handler: async ({ params, body }) => ({
      acknowledged: await broker.acknowledge(
        params.group,
        acknowledgementsOf(body.acknowledgements),
      ),
    }),
  })
}

function addRedriving(app: App, { broker }: Edge): void {
  app.post('/v1/share-groups/:group/redrive', {
    schema: {
      tags: ['share groups'],
      operationId: 'redriveRecords',
      summary: 'Hand out dead letters again, of one key or all: in order, ahead of newer records',
      params: ShareGroupPath,
      body: Redrive,
      response: answers({ 200: jsonAnswer('How many.', RedriveAnswer) }, [
        ...PROBLEMS,
        'CORRUPT_SEGMENT',
      ]),
    },
    handler: ({ params, body }) => broker.redrive(params.group, requestOf(body)),
  })
}

function requestOf(body: Redrive): RedriveRequest {
  if ('all' in body) return body
  if ('key' in body) return { shownKey: body.key }
  return { key: Buffer.from(body.keyBase64, 'base64') }
}
