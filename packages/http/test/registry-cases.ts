import type { Call } from './calling.ts'

const SCHEMA = { schema: '{"type":"record","name":"R","fields":[]}' }
const OTHER_SCHEMA = { schema: '"string"' }
const S = '/registry/subjects/s'
/** Operations of the registry, one after the other: which, where, how, and what it is answered with. */
export const REGISTRY_CASES: readonly (readonly [string, string, Call, number])[] = [
  ['get /registry/', '/registry', {}, 200],
  ['get /registry/contexts', '/registry/contexts', {}, 200],
  ['get /registry/v1/metadata/id', '/registry/v1/metadata/id', {}, 200],
  ['get /registry/v1/metadata/version', '/registry/v1/metadata/version', {}, 200],
  ['post /registry/subjects/{subject}/versions', `${S}/versions`, { body: SCHEMA }, 200],
  ['post /registry/subjects/{subject}/versions', `${S}/versions`, { body: OTHER_SCHEMA }, 409],
  ['post /registry/subjects/{subject}/versions', `${S}/versions`, { body: { schema: 1 } }, 422],
  ['post /registry/subjects/{subject}', S, { body: SCHEMA }, 200],
  ['post /registry/subjects/{subject}', S, { body: OTHER_SCHEMA }, 404],
  ['get /registry/subjects', '/registry/subjects?limit=1', {}, 200],
  ['get /registry/subjects/{subject}/versions', `${S}/versions`, {}, 200],
  ['get /registry/subjects/{subject}/versions/{version}', `${S}/versions/latest`, {}, 200],
  ['get /registry/subjects/{subject}/versions/{version}', `${S}/versions/x`, {}, 422],
  ['get /registry/subjects/{subject}/versions/{version}/schema', `${S}/versions/1/schema`, {}, 200],
  [
    'get /registry/subjects/{subject}/versions/{version}/referencedby',
    `${S}/versions/1/referencedby`,
    {},
    200,
  ],
  ['get /registry/schemas', '/registry/schemas', {}, 200],
  ['get /registry/schemas/types', '/registry/schemas/types', {}, 200],
  ['get /registry/schemas/ids/{id}', '/registry/schemas/ids/1', {}, 200],
  ['get /registry/schemas/ids/{id}', '/registry/schemas/ids/0', {}, 404],
  ['get /registry/schemas/ids/{id}/schema', '/registry/schemas/ids/1/schema', {}, 200],
  ['get /registry/schemas/ids/{id}/subjects', '/registry/schemas/ids/1/subjects', {}, 200],
  ['get /registry/schemas/ids/{id}/versions', '/registry/schemas/ids/1/versions', {}, 200],
  [
    'post /registry/compatibility/subjects/{subject}/versions/{version}',
    '/registry/compatibility/subjects/s/versions/1?verbose=true',
    { body: OTHER_SCHEMA },
    200,
  ],
  [
    'post /registry/compatibility/subjects/{subject}/versions',
    '/registry/compatibility/subjects/s/versions',
    { body: SCHEMA },
    200,
  ],
  ...['/registry/config', '/registry/mode'].flatMap((path) => {
    const body = path.endsWith('mode') ? { mode: 'READONLY' } : { compatibility: 'NONE' }
    const cases: [string, string, Call, number][] = [
      [`put ${path}/{subject}`, `${path}/s`, { method: 'PUT', body }, 200],
      [`get ${path}/{subject}`, `${path}/s`, {}, 200],
      [`delete ${path}/{subject}`, `${path}/s`, { method: 'DELETE' }, 200],
      [`get ${path}/{subject}`, `${path}/s`, {}, 404],
      [`put ${path}`, path, { method: 'PUT', body: { compatibility: 'X', mode: 'X' } }, 422],
      [`put ${path}`, path, { method: 'PUT', body }, 200],
      [`get ${path}`, path, {}, 200],
      [`delete ${path}`, path, { method: 'DELETE' }, 200],
    ]
    return cases
  }),
  [
    'delete /registry/subjects/{subject}/versions/{version}',
    `${S}/versions/1`,
    { method: 'DELETE' },
    200,
  ],
  ['delete /registry/subjects/{subject}', S, { method: 'DELETE' }, 404],
  ['delete /registry/subjects/{subject}', `${S}?permanent=true`, { method: 'DELETE' }, 200],
]
