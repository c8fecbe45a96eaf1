import { GroupDescription, GroupPage, GroupPageQuery, MemberPath } from '@millrace/http-api/groups'
import { GroupPath } from '@millrace/http-api/offsets'
import { PAGE_LIMIT_DEFAULT } from '@millrace/http-api/values'
import { answers, emptyAnswer, jsonAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'

export function addGroupRoutes(app: App, edge: Edge): void {
  addReading(app, edge)
  addRemoving(app, edge)
}

function addReading(app: App, { broker }: Edge): void {
  app.get('/v1/groups', {
    schema: {
      tags: ['groups'],
      operationId: 'listGroups',
      summary: 'List consumer groups by name',
      querystring: GroupPageQuery,
      response: answers({ 200: jsonAnswer('A page of groups.', GroupPage) }),
    },
    handler: ({ query }) => broker.listGroups({ limit: PAGE_LIMIT_DEFAULT, ...query }),
  })

  app.get('/v1/groups/:group', {
    schema: {
      tags: ['groups'],
      operationId: 'describeGroup',
      summary: 'Describe a group: members, committed offsets, lag',
      params: GroupPath,
      response: answers({ 200: jsonAnswer('The group.', GroupDescription) }, [
        'INVALID_TOPIC',
        'UNKNOWN_GROUP',
      ]),
    },
    handler: ({ params }) => broker.describeGroup(params.group),
  })
}

function addRemoving(app: App, { broker }: Edge): void {
  app.delete('/v1/groups/:group', {
    schema: {
      tags: ['groups'],
      operationId: 'deleteGroup',
      summary: 'Delete a group with all its committed offsets',
      params: GroupPath,
      response: answers({ 204: emptyAnswer('Deleted.') }, [
        'INVALID_TOPIC',
        'UNKNOWN_GROUP',
        'GROUP_NOT_EMPTY',
        ...WRITING,
      ]),
    },
    handler: async ({ params }, reply) => {
      await broker.deleteGroup(params.group)
      return reply.code(204).send()
    },
  })

  app.delete('/v1/groups/:group/members/:member', {
    schema: {
      tags: ['groups'],
      operationId: 'leaveGroup',
      summary: 'Leave a consumer group: its partitions go to the others at once',
      params: MemberPath,
      response: answers({ 204: emptyAnswer('It has left.') }, [
        'INVALID_TOPIC',
        'UNKNOWN_GROUP',
        'UNKNOWN_MEMBER',
        ...WRITING,
      ]),
    },
    handler: async ({ params }, reply) => {
      await broker.leaveGroup(params.group, params.member)
      return reply.code(204).send()
    },
  })
}
