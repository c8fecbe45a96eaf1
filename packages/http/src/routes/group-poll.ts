import { GROUP_BATCHES_TYPE, JSON_TYPE } from '@millrace/http-api/records'
import { FETCH_BYTES_DEFAULT, FETCH_RECORDS_DEFAULT } from '@millrace/http-api/fetch'
import { GroupPoll, GroupPollAnswer } from '@millrace/http-api/group-poll'
import { GroupPath } from '@millrace/http-api/offsets'
import type { GroupPollRequest } from '@millrace/model/consumer-group'
import { answers, mediaAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'
import { groupAnswer } from '../group-answer.ts'
import { answerGroupBatches } from '../group-batches.ts'
import { negotiate } from '../negotiation.ts'
import { RecordViews } from '../record-view.ts'
import { sendJson } from '../send-json.ts'

export function addGroupPollRoute(app: App, edge: Edge): void {
  app.post('/v1/groups/:group/poll', {
    schema: {
      tags: ['groups'],
      operationId: 'pollGroup',
      summary: 'Join a consumer group, read its records, and commit them: all that a member does',
      params: GroupPath,
      body: GroupPoll,
      description: DESCRIPTION,
      response: answers({ 200: ANSWER }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
        'UNKNOWN_MEMBER',
        'NOT_ACCEPTABLE',
        'FENCED_MEMBER_EPOCH',
        'GROUP_MAX_SIZE_REACHED',
        'OFFSET_OUT_OF_RANGE',
        'CORRUPT_SEGMENT',
        'UNSUPPORTED_MEDIA_TYPE',
        ...WRITING,
      ]),
    },
    handler: async ({ params, body, raw }, reply) => {
      const type = negotiate(raw.headers.accept, [JSON_TYPE, GROUP_BATCHES_TYPE])
      const request = requestOf(body, edge.waits.signal(raw))
      const poll = await edge.broker.pollGroup(params.group, request)
      // Nobody would know of the member, and others would wait for its partitions.
      if (reply.raw.destroyed && request.cursor === null && request.instanceId === undefined) {
        await edge.broker.leaveGroup(params.group, poll.memberId)
        return reply.hijack()
      }
      const { nextBytesTimeoutMs } = edge.config
      if (type === GROUP_BATCHES_TYPE) {
        await answerGroupBatches(reply, poll, nextBytesTimeoutMs)
        return reply
      }
      const { maxRecords } = request
      const { format = 'json' } = body
      const views = new RecordViews(edge.broker, format)
      return sendJson(reply, groupAnswer(poll, { maxRecords, views }), nextBytesTimeoutMs)
    },
  })
}

function requestOf(body: GroupPoll, signal: AbortSignal): GroupPollRequest {
  const { topics, cursor = null, commit = 'auto', start = 'earliest', waitMs = 0 } = body
  const { maxRecords = FETCH_RECORDS_DEFAULT, maxBytes = FETCH_BYTES_DEFAULT } = body
  const { instanceId, memberId } = body
  const limits = { maxRecords, maxBytes, waitMs, signal }
  return { cursor, topics, commit, start, instanceId, memberId, ...limits }
}

const DESCRIPTION =
  'Accept chooses JSON (which is also for anything), or record batches as they are stored: a length (u32, big-endian), so ' +
  'many bytes of JSON with all but the records, and `batches`: [{topic, partition, offset, bytes}], then the batches of ' +
  'each, in that order. Batches come whole: with more records than maxRecords, or before `offset`, which are to be left out.'

const ANSWER = mediaAnswer('Records, and who reads what.', {
  [JSON_TYPE]: GroupPollAnswer,
  [GROUP_BATCHES_TYPE]: { type: 'string', format: 'binary' },
})
