import {
  ShareGroupDescription,
  ShareGroupInput,
  ShareGroupPage,
  ShareGroupPageQuery,
  ShareGroupPath,
} from '@millrace/http-api/share-groups'
import { PAGE_LIMIT_DEFAULT } from '@millrace/http-api/values'
import type { ShareGroupInput as ShareGroupWanted } from '@millrace/model/share-group'
import { answers, emptyAnswer, jsonAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'

export function addShareGroupRoutes(app: App, edge: Edge): void {
  addReading(app, edge)
  addMaking(app, edge)
  addRemoving(app, edge)
}

function addReading(app: App, { broker }: Edge): void {
  app.get('/v1/share-groups', {
    schema: {
      tags: ['share groups'],
      operationId: 'listShareGroups',
      summary: 'List share groups by name',
      querystring: ShareGroupPageQuery,
      response: answers({ 200: jsonAnswer('A page of share groups.', ShareGroupPage) }),
    },
    handler: ({ query }) => broker.listShareGroups({ limit: PAGE_LIMIT_DEFAULT, ...query }),
  })

  app.get('/v1/share-groups/:group', {
    schema: {
      tags: ['share groups'],
      operationId: 'describeShareGroup',
      summary: 'Describe a share group: its settings, and how far it is in each partition',
      params: ShareGroupPath,
      response: answers({ 200: jsonAnswer('The share group.', ShareGroupDescription) }, [
        'INVALID_TOPIC',
        'UNKNOWN_GROUP',
      ]),
    },
    handler: ({ params }) => broker.describeShareGroup(params.group),
  })
}

function addMaking(app: App, { broker }: Edge): void {
  app.put('/v1/share-groups/:group', {
    schema: {
      tags: ['share groups'],
      operationId: 'putShareGroup',
      summary: 'Make a share group, or give it other settings',
      params: ShareGroupPath,
      body: ShareGroupInput,
      response: answers(
        {
          200: jsonAnswer('It was there, and has these settings now.', ShareGroupDescription),
          201: jsonAnswer('Made.', ShareGroupDescription),
        },
        [
          'INVALID_TOPIC',
          'UNKNOWN_TOPIC_OR_PARTITION',
          'GROUP_MAX_SIZE_REACHED',
          'UNSUPPORTED_MEDIA_TYPE',
          ...WRITING,
        ],
      ),
    },
    handler: async ({ params, body }, reply) => {
      const { group, created } = await broker.putShareGroup(params.group, wantedBy(body))
      return reply.code(created ? 201 : 200).send(group)
    },
  })
}

function wantedBy({ deadLetter, ...rest }: ShareGroupInput): ShareGroupWanted {
  if (deadLetter === undefined || deadLetter === null) return { ...rest, deadLetter: null }
  return { ...rest, deadLetter: { policy: 'skip', ...deadLetter } }
}

function addRemoving(app: App, { broker }: Edge): void {
  app.delete('/v1/share-groups/:group', {
    schema: {
      tags: ['share groups'],
      operationId: 'deleteShareGroup',
      summary: 'Delete a share group with all that it knows; its dead letters stay where they are',
      params: ShareGroupPath,
      response: answers({ 204: emptyAnswer('Deleted.') }, [
        'INVALID_TOPIC',
        'UNKNOWN_GROUP',
        ...WRITING,
      ]),
    },
    handler: async ({ params }, reply) => {
      await broker.deleteShareGroup(params.group)
      return reply.code(204).send()
    },
  })
}
