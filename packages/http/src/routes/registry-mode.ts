import { ModeAnswer, ModeBody } from '@millrace/http-api/registry'
import { InheritQuery, ModeQuery, SubjectPath } from '@millrace/http-api/registry-parameters'
import { RegistryError } from '@millrace/model/registry-error'
import { SUBJECT_MODES, type SubjectMode } from '@millrace/model/schema-registry'
import type { Static } from 'typebox'
import type { App, Edge } from '../edge.ts'
import { REGISTRY_BODY, REGISTRY_WRITING, registryAnswers } from '../registry-answers.ts'
import { isSet } from '../registry-parameters.ts'

export function addRegistryModeRoutes(scope: App, edge: Edge): void {
  addForAll(scope, edge)
  addForSubject(scope, edge)
}

function addForAll(scope: App, { broker: { schemas } }: Edge): void {
  scope.get('/mode', {
    schema: {
      tags: ['schema registry'],
      operationId: 'getMode',
      summary: 'Read what may be done to subjects without a mode',
      response: registryAnswers('The mode.', ModeAnswer),
    },
    handler: async () => ({ mode: await schemas.getMode(undefined, true) }),
  })

  scope.put('/mode', {
    schema: {
      tags: ['schema registry'],
      operationId: 'setMode',
      summary: 'Set what may be done to subjects without a mode',
      querystring: ModeQuery,
      body: ModeBody,
      response: registryAnswers('The mode.', ModeAnswer, CHANGING),
    },
    handler: async ({ query, body }) => {
      const mode = modeOf(body)
      await schemas.setMode(undefined, mode, isSet(query.force))
      return { mode }
    },
  })

  scope.delete('/mode', {
    schema: {
      tags: ['schema registry'],
      operationId: 'deleteMode',
      summary: 'Take the mode of subjects without one back to READWRITE',
      response: registryAnswers('What it was.', ModeAnswer, REGISTRY_WRITING),
    },
    handler: async () => ({ mode: await schemas.deleteMode(undefined) }),
  })
}

function addForSubject(scope: App, { broker: { schemas } }: Edge): void {
  scope.get('/mode/:subject', {
    schema: {
      tags: ['schema registry'],
      operationId: 'getSubjectMode',
      summary: 'Read what may be done to a subject',
      params: SubjectPath,
      querystring: InheritQuery,
      response: registryAnswers('The mode.', ModeAnswer, ['MODE_NOT_CONFIGURED']),
    },
    handler: async ({ params, query }) => ({
      mode: await schemas.getMode(params.subject, isSet(query.defaultToGlobal)),
    }),
  })

  scope.put('/mode/:subject', {
    schema: {
      tags: ['schema registry'],
      operationId: 'setSubjectMode',
      summary: 'Set what may be done to a subject',
      params: SubjectPath,
      querystring: ModeQuery,
      body: ModeBody,
      response: registryAnswers('The mode.', ModeAnswer, [...CHANGING, 'INVALID_SUBJECT']),
    },
    handler: async ({ params, query, body }) => {
      const mode = modeOf(body)
      await schemas.setMode(params.subject, mode, isSet(query.force))
      return { mode }
    },
  })

  scope.delete('/mode/:subject', {
    schema: {
      tags: ['schema registry'],
      operationId: 'deleteSubjectMode',
      summary: 'Let a subject have the mode of all',
      params: SubjectPath,
      response: registryAnswers('What it was.', ModeAnswer, [
        'SUBJECT_NOT_FOUND',
        ...REGISTRY_WRITING,
      ]),
    },
    handler: async ({ params }) => ({ mode: await schemas.deleteMode(params.subject) }),
  })
}

const CHANGING = ['INVALID_MODE', ...REGISTRY_WRITING, ...REGISTRY_BODY] as const

/** INVALID_MODE. */
function modeOf({ mode }: Static<typeof ModeBody>): SubjectMode {
  const known = SUBJECT_MODES.find((one) => one === mode?.toUpperCase())
  if (known !== undefined) return known
  throw new RegistryError(
    'INVALID_MODE',
    'Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, and IMPORT.',
  )
}
