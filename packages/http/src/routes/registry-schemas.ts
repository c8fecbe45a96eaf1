import {
  RegistryNames,
  RegistryPlaces,
  RegistrySchema,
  RegistryVersions,
  SchemaTypes,
  SchemaText,
} from '@millrace/http-api/registry'
import {
  SchemaByIdQuery,
  SchemaIdPath,
  SchemaListQuery,
  SchemaUsesQuery,
} from '@millrace/http-api/registry-parameters'
import type { App, Edge } from '../edge.ts'
import { registryAnswers } from '../registry-answers.ts'
import { idOf, isSet } from '../registry-parameters.ts'
import { schemaAnswer, versionAnswer } from '../registry-version.ts'

export function addRegistrySchemaRoutes(scope: App, edge: Edge): void {
  addLists(scope, edge)
  addById(scope, edge)
}

function addLists(scope: App, { broker: { schemas } }: Edge): void {
  scope.get('/schemas', {
    schema: {
      tags: ['schema registry'],
      operationId: 'listSchemas',
      summary: 'List versions of all subjects, with their schemas',
      querystring: SchemaListQuery,
      response: registryAnswers('The versions.', RegistryVersions, ['SCHEMA_TOO_LARGE']),
    },
    handler: async ({ query }) => {
      const { subjectPrefix, offset, limit } = query
      const versions = await schemas.listSchemas({
        deleted: isSet(query.deleted),
        latestOnly: isSet(query.latestOnly),
        ...(subjectPrefix !== undefined && { prefix: subjectPrefix }),
        ...(offset !== undefined && { offset }),
        ...(limit !== undefined && { limit }),
      })
      return versions.map(versionAnswer)
    },
  })

  scope.get('/schemas/types', {
    schema: {
      tags: ['schema registry'],
      operationId: 'listSchemaTypes',
      summary: 'List the types that schemas may have',
      response: registryAnswers('The types.', SchemaTypes),
    },
    handler: async () => ['AVRO'],
  })
}

function addById(scope: App, { broker: { schemas } }: Edge): void {
  scope.get('/schemas/ids/:id', {
    schema: {
      tags: ['schema registry'],
      operationId: 'getSchema',
      summary: 'Read the schema with an id',
      description: 'Also one that was deleted, permanently or not: records may still have its id.',
      params: SchemaIdPath,
      querystring: SchemaByIdQuery,
      response: registryAnswers('The schema.', RegistrySchema, ['SCHEMA_NOT_FOUND']),
    },
    handler: async ({ params, query }) => {
      const answer = schemaAnswer(await schemas.getSchema(idOf(params.id)))
      return isSet(query.fetchMaxId) ? { ...answer, maxId: await schemas.maxId() } : answer
    },
  })

  scope.get('/schemas/ids/:id/schema', {
    schema: {
      tags: ['schema registry'],
      operationId: 'getSchemaAlone',
      summary: 'Read the schema with an id, alone',
      params: SchemaIdPath,
      response: registryAnswers('The schema.', SchemaText, ['SCHEMA_NOT_FOUND']),
    },
    handler: async ({ params }) => (await schemas.getSchema(idOf(params.id))).schema,
  })

  scope.get('/schemas/ids/:id/subjects', {
    schema: {
      tags: ['schema registry'],
      operationId: 'listSubjectsOfSchema',
      summary: 'List the subjects that have a schema',
      params: SchemaIdPath,
      querystring: SchemaUsesQuery,
      response: registryAnswers('Their names.', RegistryNames, ['SCHEMA_NOT_FOUND']),
    },
    handler: async ({ params, query }) => {
      const versions = await schemas.versionsOf(idOf(params.id), usesOf(query))
      return [...new Set(versions.map(({ subject }) => subject))]
    },
  })

  scope.get('/schemas/ids/:id/versions', {
    schema: {
      tags: ['schema registry'],
      operationId: 'listVersionsOfSchema',
      summary: 'List the versions of subjects that have a schema',
      params: SchemaIdPath,
      querystring: SchemaUsesQuery,
      response: registryAnswers('The versions.', RegistryPlaces, ['SCHEMA_NOT_FOUND']),
    },
    handler: async ({ params, query }) => schemas.versionsOf(idOf(params.id), usesOf(query)),
  })
}

function usesOf({ subject, deleted }: { subject?: string; deleted?: string }) {
  return { deleted: isSet(deleted), ...(subject !== undefined && { subject }) }
}
