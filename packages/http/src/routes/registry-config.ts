import { ConfigAnswer, ConfigBody, ConfigSet } from '@millrace/http-api/registry'
import { InheritQuery, SubjectPath } from '@millrace/http-api/registry-parameters'
import { RegistryError } from '@millrace/model/registry-error'
import { COMPATIBILITY_LEVELS, type SubjectConfig } from '@millrace/model/schema-registry'
import type { Static } from 'typebox'
import type { App, Edge } from '../edge.ts'
import { REGISTRY_BODY, REGISTRY_WRITING, registryAnswers } from '../registry-answers.ts'
import { isSet } from '../registry-parameters.ts'

export function addRegistryConfigRoutes(scope: App, edge: Edge): void {
  addForAll(scope, edge)
  addForSubject(scope, edge)
}

function addForAll(scope: App, { broker: { schemas } }: Edge): void {
  scope.get('/config', {
    schema: {
      tags: ['schema registry'],
      operationId: 'getConfig',
      summary: 'Read the compatibility level for subjects without one',
      response: registryAnswers('The level.', ConfigAnswer),
    },
    handler: async () => configAnswer(await schemas.getConfig(undefined, true)),
  })

  scope.put('/config', {
    schema: {
      tags: ['schema registry'],
      operationId: 'setConfig',
      summary: 'Set the compatibility level for subjects without one',
      body: ConfigBody,
      response: registryAnswers('What was set.', ConfigSet, CHANGING),
    },
    handler: async ({ body }) => {
      const config = configOf(body)
      await schemas.setConfig(undefined, config)
      return config
    },
  })

  scope.delete('/config', {
    schema: {
      tags: ['schema registry'],
      operationId: 'deleteConfig',
      summary: 'Take the compatibility level for subjects without one back to BACKWARD',
      response: registryAnswers('What it was.', ConfigAnswer, REGISTRY_WRITING),
    },
    handler: async () => configAnswer(await schemas.deleteConfig(undefined)),
  })
}

function addForSubject(scope: App, { broker: { schemas } }: Edge): void {
  scope.get('/config/:subject', {
    schema: {
      tags: ['schema registry'],
      operationId: 'getSubjectConfig',
      summary: 'Read the compatibility level of a subject',
      params: SubjectPath,
      querystring: InheritQuery,
      response: registryAnswers('The level.', ConfigAnswer, ['COMPATIBILITY_NOT_CONFIGURED']),
    },
    handler: async ({ params, query }) =>
      configAnswer(await schemas.getConfig(params.subject, isSet(query.defaultToGlobal))),
  })

  scope.put('/config/:subject', {
    schema: {
      tags: ['schema registry'],
      operationId: 'setSubjectConfig',
      summary: 'Set the compatibility level of a subject',
      params: SubjectPath,
      body: ConfigBody,
      response: registryAnswers('What was set.', ConfigSet, [...CHANGING, 'INVALID_SUBJECT']),
    },
    handler: async ({ params, body }) => {
      const config = configOf(body)
      await schemas.setConfig(params.subject, config)
      return config
    },
  })

  scope.delete('/config/:subject', {
    schema: {
      tags: ['schema registry'],
      operationId: 'deleteSubjectConfig',
      summary: 'Let a subject have the compatibility level of all',
      params: SubjectPath,
      response: registryAnswers('What it was.', ConfigAnswer, [
        'SUBJECT_NOT_FOUND',
        ...REGISTRY_WRITING,
      ]),
    },
    handler: async ({ params }) => configAnswer(await schemas.deleteConfig(params.subject)),
  })
}

const CHANGING = ['INVALID_COMPATIBILITY_LEVEL', ...REGISTRY_WRITING, ...REGISTRY_BODY] as const

/** INVALID_COMPATIBILITY_LEVEL. */
function configOf({ compatibility, normalize }: Static<typeof ConfigBody>): SubjectConfig {
  const level = COMPATIBILITY_LEVELS.find((one) => one === compatibility?.toUpperCase())
  if (typeof compatibility === 'string' && level === undefined) {
    throw new RegistryError(
      'INVALID_COMPATIBILITY_LEVEL',
      'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, ' +
        'forward_transitive, and full_transitive',
    )
  }
  return {
    ...(level !== undefined && { compatibility: level }),
    ...(typeof normalize === 'boolean' && { normalize }),
  }
}

/** What is set is called otherwise than what is read. */
function configAnswer({ compatibility, normalize }: SubjectConfig) {
  return {
    ...(compatibility !== undefined && { compatibilityLevel: compatibility }),
    ...(normalize !== undefined && { normalize }),
  }
}
