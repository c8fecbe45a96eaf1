import { CheckAnswer, SchemaBody } from '@millrace/http-api/registry'
import { CheckQuery, SubjectPath, VersionPath } from '@millrace/http-api/registry-parameters'
import type { CompatibilityResult } from '@millrace/model/schema-registry'
import type { App, Edge } from '../edge.ts'
import { REGISTRY_BODY, registryAnswers } from '../registry-answers.ts'
import { schemaOf } from '../registry-bodies.ts'
import { isSet, versionOf } from '../registry-parameters.ts'

export function addRegistryCompatibilityRoutes(scope: App, { broker: { schemas } }: Edge): void {
  scope.post('/compatibility/subjects/:subject/versions/:version', {
    schema: {
      tags: ['schema registry'],
      operationId: 'checkSchemaVersion',
      summary: 'Check a schema against one version of a subject, by its compatibility level',
      params: VersionPath,
      querystring: CheckQuery,
      body: SchemaBody,
      response: registryAnswers('Whether they go together.', CheckAnswer, [
        'SUBJECT_NOT_FOUND',
        'VERSION_NOT_FOUND',
        'INVALID_VERSION',
        ...FOR_SCHEMA,
      ]),
    },
    handler: async ({ params, query, body }) => {
      const version = versionOf(params.version)
      const schema = schemaOf(body, isSet(query.normalize))
      const result = await schemas.checkCompatibility(params.subject, version, schema)
      return checkAnswer(result, isSet(query.verbose))
    },
  })

  scope.post('/compatibility/subjects/:subject/versions', {
    schema: {
      tags: ['schema registry'],
      operationId: 'checkSchema',
      summary: 'Check whether a schema may become the next version of a subject',
      params: SubjectPath,
      querystring: CheckQuery,
      body: SchemaBody,
      response: registryAnswers('Whether it may.', CheckAnswer, FOR_SCHEMA),
    },
    handler: async ({ params, query, body }) => {
      const schema = schemaOf(body, isSet(query.normalize))
      const result = await schemas.checkCompatibility(params.subject, undefined, schema)
      return checkAnswer(result, isSet(query.verbose))
    },
  })
}

const FOR_SCHEMA = ['INVALID_SCHEMA', 'SCHEMA_TOO_LARGE', ...REGISTRY_BODY] as const

function checkAnswer(
  { isCompatible, messages }: CompatibilityResult,
  isVerbose: boolean,
): CheckAnswer {
  return { is_compatible: isCompatible, ...(isVerbose && { messages: [...messages] }) }
}
