import { FETCH_BYTES_DEFAULT, FETCH_RECORDS_DEFAULT } from '@millrace/http-api/fetch'
import { GroupPoll, GroupPollAnswer } from '@millrace/http-api/group-poll'
import { GroupPath } from '@millrace/http-api/offsets'
import { answers, jsonAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'
import { groupAnswer } from '../group-answer.ts'

export function addGroupPollRoute(app: App, edge: Edge): void {
  app.post('/v1/groups/:group/poll', {
    schema: {
      tags: ['groups'],
      operationId: 'pollGroup',
      summary: 'Join a consumer group, read its records, and commit them: all that a member does',
      params: GroupPath,
      body: GroupPoll,
      response: answers({ 200: jsonAnswer('Records, and who reads what.', GroupPollAnswer) }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
        'UNKNOWN_MEMBER',
        'FENCED_MEMBER_EPOCH',
        'GROUP_MAX_SIZE_REACHED',
        'OFFSET_OUT_OF_RANGE',
        'CORRUPT_SEGMENT',
        'UNSUPPORTED_MEDIA_TYPE',
        ...WRITING,
      ]),
    },
    handler: async ({ params, body }, reply) => {
      const { topics, cursor = null, commit = 'auto', start = 'earliest', waitMs = 0 } = body
      const { maxRecords = FETCH_RECORDS_DEFAULT, maxBytes = FETCH_BYTES_DEFAULT } = body
      const { instanceId, memberId, format = 'json' } = body
      using wait = edge.waits.open(reply.raw)
      const poll = await edge.broker.pollGroup(params.group, {
        cursor,
        commit,
        start,
        maxRecords,
        maxBytes,
        waitMs,
        signal: wait.signal,
        ...(topics && { topics }),
        ...(instanceId !== undefined && { instanceId }),
        ...(memberId !== undefined && { memberId }),
      })
      // Nobody would know of the member, and others would wait for its partitions.
      if (cursor === null && instanceId === undefined && reply.raw.destroyed) {
        await edge.broker.leaveGroup(params.group, poll.memberId)
        return await reply.hijack()
      }
      // A member that leaves an answer lying is dropped.
      reply.raw.setTimeout(edge.config.nextBytesTimeoutMs)
      return await reply
        .type('application/json; charset=utf-8')
        .send(groupAnswer(poll, { maxRecords, format }))
    },
  })
}
