import {
  CommitOffsets,
  CommittedOffsetList,
  CommittedOffsets,
  GroupPath,
  OffsetHistory,
  OffsetHistoryQuery,
  OffsetMoves,
  ResetOffsets,
  type ResetTarget,
  TopicFilterQuery,
} from '@millrace/http-api/offsets'
import { PAGE_LIMIT_DEFAULT } from '@millrace/http-api/values'
import type { GroupMember, OffsetReset } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { answers, emptyAnswer, jsonAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'
import { parseTimestamp } from '../timestamp.ts'

export function addOffsetRoutes(app: App, edge: Edge): void {
  addReading(app, edge)
  addCommitting(app, edge)
  addMoving(app, edge)
}

function addReading(app: App, { broker }: Edge): void {
  app.get('/v1/groups/:group/offsets', {
    schema: {
      tags: ['groups'],
      operationId: 'readOffsets',
      summary: 'Read the committed offsets of a group, with its lag',
      params: GroupPath,
      querystring: TopicFilterQuery,
      response: answers({ 200: jsonAnswer('By partition.', CommittedOffsetList) }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
      ]),
    },
    handler: async ({ params, query }) => ({
      offsets: await broker.committedOffsets(params.group, query),
    }),
  })

  app.get('/v1/groups/:group/offsets/history', {
    schema: {
      tags: ['groups'],
      operationId: 'readOffsetHistory',
      summary: 'Read what was committed, when, and by whom',
      params: GroupPath,
      querystring: OffsetHistoryQuery,
      response: answers({ 200: jsonAnswer('Newest first.', OffsetHistory) }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
      ]),
    },
    handler: ({ params, query }) =>
      broker.offsetHistory(params.group, { limit: PAGE_LIMIT_DEFAULT, ...query }),
  })
}

function addCommitting(app: App, { broker }: Edge): void {
  app.post('/v1/groups/:group/offsets', {
    schema: {
      tags: ['groups'],
      operationId: 'commitOffsets',
      summary: 'Commit offsets: all or nothing over the list',
      params: GroupPath,
      body: CommitOffsets,
      response: answers({ 200: jsonAnswer('On disk.', CommittedOffsets) }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
        'OFFSET_OUT_OF_RANGE',
        'FENCED_MEMBER_EPOCH',
        'UNKNOWN_MEMBER',
        'UNSUPPORTED_MEDIA_TYPE',
        ...WRITING,
      ]),
    },
    handler: async ({ params, body }) => {
      await broker.commitOffsets(params.group, body.offsets, memberOf(body))
      return { durability: 'fsync' }
    },
  })
}

function addMoving(app: App, { broker }: Edge): void {
  app.post('/v1/groups/:group/offsets/reset', {
    schema: {
      tags: ['groups'],
      operationId: 'resetOffsets',
      summary: "Move a group's offsets in a topic; with dryRun, say what would be moved",
      params: GroupPath,
      body: ResetOffsets,
      response: answers({ 200: jsonAnswer('From where to where.', OffsetMoves) }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
        'OFFSET_OUT_OF_RANGE',
        'UNSUPPORTED_MEDIA_TYPE',
        ...WRITING,
      ]),
    },
    handler: async ({ params, body }) => {
      const { topic, partitions, dryRun = false } = body
      const reset = { topic, to: targetOf(body.to), dryRun }
      return {
        offsets: await broker.resetOffsets(
          params.group,
          partitions === undefined ? reset : { ...reset, partitions },
        ),
      }
    },
  })

  app.delete('/v1/groups/:group/offsets', {
    schema: {
      tags: ['groups'],
      operationId: 'deleteOffsets',
      summary: 'Delete committed offsets, of one topic or of all',
      params: GroupPath,
      querystring: TopicFilterQuery,
      response: answers({ 204: emptyAnswer('Deleted.') }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
        'UNKNOWN_GROUP',
        'GROUP_NOT_EMPTY',
        ...WRITING,
      ]),
    },
    handler: async ({ params, query }, reply) => {
      await broker.deleteOffsets(params.group, query)
      return reply.code(204).send()
    },
  })
}

function memberOf({ memberId, memberEpoch }: CommitOffsets): GroupMember | undefined {
  if (memberId === undefined && memberEpoch === undefined) return undefined
  if (memberId !== undefined && memberEpoch !== undefined) return { memberId, memberEpoch }
  throw new LogError('INVALID_REQUEST', 'memberId and memberEpoch come together or not at all.')
}

function targetOf(to: ResetTarget): OffsetReset['to'] {
  if (to === 'earliest' || to === 'latest') return { at: to }
  if ('offset' in to) return { at: 'offset', offset: to.offset }
  if ('timestamp' in to) return { at: 'timestamp', timestamp: parseTimestamp(to.timestamp) }
  if ('shift' in to) return { at: 'shift', by: to.shift }
  return { at: 'committedAt', timestamp: parseTimestamp(to.committedAt) }
}
