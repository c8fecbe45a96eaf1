import {
  AlteredTopic,
  AlterTopic,
  CreateTopic,
  PartitionPath,
  TopicDescription,
  TopicPage,
  TopicPageQuery,
  TopicPath,
  TrimmedPartition,
  TrimPartition,
} from '@millrace/http-api/topics'
import { PAGE_LIMIT_DEFAULT } from '@millrace/http-api/values'
import { answers, emptyAnswer, jsonAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'

export function addTopicRoutes(app: App, edge: Edge): void {
  addReading(app, edge)
  addMaking(app, edge)
  addRemoving(app, edge)
}

function addReading(app: App, { broker }: Edge): void {
  app.get('/v1/topics', {
    schema: {
      tags: ['topics'],
      operationId: 'listTopics',
      summary: 'List topics by name',
      querystring: TopicPageQuery,
      response: answers({ 200: jsonAnswer('A page of topics.', TopicPage) }),
    },
    handler: ({ query }) => broker.listTopics({ limit: PAGE_LIMIT_DEFAULT, ...query }),
  })

  app.get('/v1/topics/:topic', {
    schema: {
      tags: ['topics'],
      operationId: 'describeTopic',
      summary: 'Describe a topic: its configuration and partitions',
      params: TopicPath,
      response: answers({ 200: jsonAnswer('The topic.', TopicDescription) }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
      ]),
    },
    handler: ({ params }) => broker.describeTopic(params.topic),
  })
}

function addMaking(app: App, { broker }: Edge): void {
  app.put('/v1/topics/:topic', {
    // `curl -X PUT` without a body asks for a topic as the defaults have it.
    preValidation: async (request) => {
      if (request.body === undefined) request.body = {}
    },
    schema: {
      tags: ['topics'],
      operationId: 'createTopic',
      summary: 'Create a topic, or see that it is as wanted',
      params: TopicPath,
      body: CreateTopic,
      response: answers(
        {
          200: jsonAnswer('It was there, and is what the body names.', TopicDescription),
          201: jsonAnswer('Created.', TopicDescription),
        },
        [
          'INVALID_TOPIC',
          'TOPIC_EXISTS',
          'TOO_MANY_PARTITIONS',
          'UNSUPPORTED_MEDIA_TYPE',
          ...WRITING,
        ],
      ),
    },
    handler: async ({ params, body }, reply) => {
      const { topic, created } = await broker.createTopic(params.topic, body)
      return reply.code(created ? 201 : 200).send(topic)
    },
  })

  app.patch('/v1/topics/:topic', {
    schema: {
      tags: ['topics'],
      operationId: 'alterTopic',
      summary: 'Give a topic more partitions, or another configuration',
      description: 'More partitions remap keys: the answer warns of it.',
      params: TopicPath,
      body: AlterTopic,
      response: answers({ 200: jsonAnswer('The topic as it is now.', AlteredTopic) }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
        'PARTITIONS_CANNOT_SHRINK',
        'TOO_MANY_PARTITIONS',
        'UNSUPPORTED_MEDIA_TYPE',
        ...WRITING,
      ]),
    },
    handler: async ({ params, body }) => {
      const { topic, warnings } = await broker.alterTopic(params.topic, body)
      return { ...topic, warnings }
    },
  })
}

function addRemoving(app: App, { broker }: Edge): void {
  app.delete('/v1/topics/:topic', {
    schema: {
      tags: ['topics'],
      operationId: 'deleteTopic',
      summary: 'Delete a topic, and the offsets committed in it',
      params: TopicPath,
      response: answers({ 204: emptyAnswer('Deleted.') }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
        ...WRITING,
      ]),
    },
    handler: async ({ params }, reply) => {
      await broker.deleteTopic(params.topic)
      return reply.code(204).send()
    },
  })

  app.post('/v1/topics/:topic/partitions/:partition/trim', {
    schema: {
      tags: ['topics'],
      operationId: 'trimPartition',
      summary: 'Give up the records before an offset',
      params: PartitionPath,
      body: TrimPartition,
      response: answers({ 200: jsonAnswer('Trimmed.', TrimmedPartition) }, [
        'INVALID_TOPIC',
        'UNKNOWN_TOPIC_OR_PARTITION',
        'OFFSET_OUT_OF_RANGE',
        'UNSUPPORTED_MEDIA_TYPE',
        ...WRITING,
      ]),
    },
    handler: async ({ params, body }) => ({
      logStartOffset: await broker.trimPartition(params.topic, params.partition, body.beforeOffset),
    }),
  })
}
