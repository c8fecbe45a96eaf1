import {
  ClusterId,
  Nothing,
  REGISTRY_TYPE,
  RegistryContexts,
  RegistryServerVersion,
} from '@millrace/http-api/registry'
import type { App, Edge } from '../edge.ts'
import { registryAnswers } from '../registry-answers.ts'
import { readRegistryBodies } from '../registry-bodies.ts'
import { REGISTRY_PATH } from '../registry-failure.ts'
import { addRegistryCompatibilityRoutes } from './registry-compatibility.ts'
import { addRegistryConfigRoutes } from './registry-config.ts'
import { addRegistryModeRoutes } from './registry-mode.ts'
import { addRegistrySchemaRoutes } from './registry-schemas.ts'
import { addRegistrySubjectRoutes } from './registry-subjects.ts'
import { addRegistryVersionRoutes } from './registry-versions.ts'

/**
 * Confluent's Schema Registry API. Elsewhere what a request has and should not is refused by name; here it is
 * overlooked: clients that were written for that registry must work as they are.
 */
export function addRegistryRoutes(app: App, edge: Edge): void {
  void app.register(
    async (scope: App) => {
      readRegistryBodies(scope, edge)
      scope.addHook('onRequest', async (_request, reply) => {
        reply.type(REGISTRY_TYPE)
      })
      addRegistrySubjectRoutes(scope, edge)
      addRegistryVersionRoutes(scope, edge)
      addRegistrySchemaRoutes(scope, edge)
      addRegistryCompatibilityRoutes(scope, edge)
      addRegistryConfigRoutes(scope, edge)
      addRegistryModeRoutes(scope, edge)
      addServerRoutes(scope, edge)
    },
    { prefix: REGISTRY_PATH },
  )
}

function addServerRoutes(scope: App, { version }: Edge): void {
  scope.get('/', {
    schema: {
      tags: ['schema registry'],
      operationId: 'findRegistry',
      summary: 'Whether there is a registry',
      response: registryAnswers('There is.', Nothing),
    },
    handler: async () => ({}),
  })

  scope.get('/contexts', {
    schema: {
      tags: ['schema registry'],
      operationId: 'listContexts',
      summary: 'List contexts: there is the default one',
      response: registryAnswers('Their names.', RegistryContexts),
    },
    handler: async () => ['.'],
  })

  scope.get('/v1/metadata/id', {
    schema: {
      tags: ['schema registry'],
      operationId: 'describeRegistry',
      summary: 'Who the registry is',
      response: registryAnswers('Its names.', ClusterId),
    },
    handler: async () => ({
      id: '',
      scope: { path: [], clusters: { 'kafka-cluster': NAME, 'schema-registry-cluster': NAME } },
    }),
  })

  scope.get('/v1/metadata/version', {
    schema: {
      tags: ['schema registry'],
      operationId: 'registryVersion',
      summary: 'The version of Millrace',
      response: registryAnswers('The version.', RegistryServerVersion),
    },
    handler: async () => ({ version, commitId: '' }),
  })
}

const NAME = 'millrace'
