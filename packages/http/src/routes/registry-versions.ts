import {
  RegistryId,
  RegistryNumber,
  RegistryNumbers,
  RegistryVersion,
  SchemaBody,
  SchemaText,
} from '@millrace/http-api/registry'
import {
  DeletedQuery,
  DeleteQuery,
  RegisterQuery,
  SubjectPath,
  VersionListQuery,
  VersionPath,
} from '@millrace/http-api/registry-parameters'
import type { App, Edge } from '../edge.ts'
import { REGISTRY_BODY, REGISTRY_WRITING, registryAnswers } from '../registry-answers.ts'
import { schemaToRegister } from '../registry-bodies.ts'
import { isSet, versionOf } from '../registry-parameters.ts'
import { versionAnswer } from '../registry-version.ts'

const VERSIONS = '/subjects/:subject/versions'
const VERSION = '/subjects/:subject/versions/:version'
const ABSENT = ['SUBJECT_NOT_FOUND', 'VERSION_NOT_FOUND', 'INVALID_VERSION'] as const

export function addRegistryVersionRoutes(scope: App, edge: Edge): void {
  addChanging(scope, edge)
  addReading(scope, edge)
}

function addChanging(scope: App, { broker: { schemas } }: Edge): void {
  scope.post(VERSIONS, {
    schema: {
      tags: ['schema registry'],
      operationId: 'registerSchema',
      summary: 'Make a schema the next version of a subject, or find that it is one',
      params: SubjectPath,
      querystring: RegisterQuery,
      body: SchemaBody,
      response: registryAnswers('The id of the schema, on disk.', RegistryId, [
        'INCOMPATIBLE_SCHEMA',
        'INVALID_SCHEMA',
        'INVALID_SUBJECT',
        'SCHEMA_TOO_LARGE',
        ...REGISTRY_WRITING,
        ...REGISTRY_BODY,
      ]),
    },
    handler: async ({ params, query, body }) => {
      const schema = schemaToRegister(body, isSet(query.normalize))
      const { id } = await schemas.register(params.subject, schema)
      return { id }
    },
  })

  scope.delete(VERSION, {
    schema: {
      tags: ['schema registry'],
      operationId: 'deleteSchemaVersion',
      summary: 'Delete a version of a subject; what has its id stays readable',
      params: VersionPath,
      querystring: DeleteQuery,
      response: registryAnswers('The version that is gone.', RegistryNumber, [
        ...ABSENT,
        'VERSION_SOFT_DELETED',
        'VERSION_NOT_SOFT_DELETED',
        'REFERENCE_EXISTS',
        ...REGISTRY_WRITING,
      ]),
    },
    handler: ({ params, query }) => {
      const version = versionOf(params.version)
      return schemas.deleteVersion(params.subject, version, isSet(query.permanent))
    },
  })
}

function addReading(scope: App, { broker: { schemas } }: Edge): void {
  scope.get(VERSIONS, {
    schema: {
      tags: ['schema registry'],
      operationId: 'listSchemaVersions',
      summary: 'List the versions of a subject',
      params: SubjectPath,
      querystring: VersionListQuery,
      response: registryAnswers('The versions.', RegistryNumbers, ['SUBJECT_NOT_FOUND']),
    },
    handler: ({ params, query }) =>
      schemas.listVersions(params.subject, {
        deleted: isSet(query.deleted),
        deletedOnly: isSet(query.deletedOnly),
      }),
  })

  scope.get(VERSION, {
    schema: {
      tags: ['schema registry'],
      operationId: 'getSchemaVersion',
      summary: 'Read a version of a subject',
      params: VersionPath,
      querystring: DeletedQuery,
      response: registryAnswers('The version.', RegistryVersion, ABSENT),
    },
    handler: async ({ params, query }) => {
      const filter = { deleted: isSet(query.deleted) }
      const version = versionOf(params.version)
      return versionAnswer(await schemas.getVersion(params.subject, version, filter))
    },
  })

  scope.get(`${VERSION}/schema`, {
    schema: {
      tags: ['schema registry'],
      operationId: 'getSchemaOfVersion',
      summary: 'Read the schema of a version, alone',
      params: VersionPath,
      querystring: DeletedQuery,
      response: registryAnswers('The schema.', SchemaText, ABSENT),
    },
    handler: async ({ params, query }) => {
      const filter = { deleted: isSet(query.deleted) }
      const version = versionOf(params.version)
      return (await schemas.getVersion(params.subject, version, filter)).schema
    },
  })

  scope.get(`${VERSION}/referencedby`, {
    schema: {
      tags: ['schema registry'],
      operationId: 'listReferrers',
      summary: 'List the ids of schemas that refer to a version',
      params: VersionPath,
      response: registryAnswers('The ids.', RegistryNumbers, ABSENT),
    },
    handler: ({ params }) => schemas.referencedBy(params.subject, versionOf(params.version)),
  })
}
