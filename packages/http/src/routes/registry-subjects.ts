import {
  RegistryNames,
  RegistryNumbers,
  RegistryVersion,
  SchemaBody,
} from '@millrace/http-api/registry'
import {
  DeleteQuery,
  LookupQuery,
  SubjectListQuery,
  SubjectPath,
} from '@millrace/http-api/registry-parameters'
import type { App, Edge } from '../edge.ts'
import { REGISTRY_BODY, REGISTRY_WRITING, registryAnswers } from '../registry-answers.ts'
import { schemaOf } from '../registry-bodies.ts'
import { isSet } from '../registry-parameters.ts'
import { versionAnswer } from '../registry-version.ts'

export function addRegistrySubjectRoutes(scope: App, { broker: { schemas } }: Edge): void {
  scope.get('/subjects', {
    schema: {
      tags: ['schema registry'],
      operationId: 'listSubjects',
      summary: 'List subjects by name',
      querystring: SubjectListQuery,
      response: registryAnswers('Their names.', RegistryNames),
    },
    handler: async ({ query }) => {
      const { subjectPrefix, offset, limit } = query
      return schemas.listSubjects({
        deleted: isSet(query.deleted),
        deletedOnly: isSet(query.deletedOnly),
        ...(subjectPrefix !== undefined && { prefix: subjectPrefix }),
        ...(offset !== undefined && { offset }),
        ...(limit !== undefined && { limit }),
      })
    },
  })

  scope.post('/subjects/:subject', {
    schema: {
      tags: ['schema registry'],
      operationId: 'lookUpSchema',
      summary: 'Find which version of a subject a schema is',
      params: SubjectPath,
      querystring: LookupQuery,
      body: SchemaBody,
      response: registryAnswers('The version.', RegistryVersion, [
        'SUBJECT_NOT_FOUND',
        'SCHEMA_NOT_FOUND',
        'INVALID_SCHEMA',
        'SCHEMA_TOO_LARGE',
        ...REGISTRY_BODY,
      ]),
    },
    handler: async ({ params, query, body }) => {
      const schema = schemaOf(body, isSet(query.normalize))
      const filter = { deleted: isSet(query.deleted) }
      return versionAnswer(await schemas.lookup(params.subject, schema, filter))
    },
  })

  scope.delete('/subjects/:subject', {
    schema: {
      tags: ['schema registry'],
      operationId: 'deleteSubject',
      summary: 'Delete a subject with all its versions',
      params: SubjectPath,
      querystring: DeleteQuery,
      response: registryAnswers('The versions that are gone.', RegistryNumbers, [
        'SUBJECT_NOT_FOUND',
        'SUBJECT_SOFT_DELETED',
        'SUBJECT_NOT_SOFT_DELETED',
        'REFERENCE_EXISTS',
        ...REGISTRY_WRITING,
      ]),
    },
    handler: ({ params, query }) => schemas.deleteSubject(params.subject, isSet(query.permanent)),
  })
}
