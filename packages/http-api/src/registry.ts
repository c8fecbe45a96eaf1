/**
 * The bodies and answers of the schema registry: those of Confluent's Schema Registry. Elsewhere a field that
 * is not known is refused by name; here it is overlooked, for newer clients send some (`metadata`, `ruleSet`).
 */
import {
  COMPATIBILITY_LEVELS,
  type CompatibilityLevel,
  SUBJECT_MODES,
  type SubjectMode,
} from '@millrace/model/schema-registry'
import { Type, type Static, type TSchema } from 'typebox'

/** Of all its answers. */
export const REGISTRY_TYPE = 'application/vnd.schemaregistry.v1+json'
/** What bodies may be sent as; also as nothing. */
export const REGISTRY_BODY_TYPES = [
  REGISTRY_TYPE,
  'application/vnd.schemaregistry+json',
  'application/json',
  'application/octet-stream',
]

const OPEN = { additionalProperties: true }
const ORDER = '{"type":"record","name":"Order","fields":[{"name":"total","type":"long"}]}'

/** Some clients write null for what they have not got. */
function optional<Schema extends TSchema>(schema: Schema) {
  return Type.Optional(Type.Union([schema, Type.Null()]))
}

const Reference = Type.Object(
  {
    name: Type.String({ description: 'The full name of the type, as the schema has it.' }),
    subject: Type.String(),
    version: Type.Integer({ description: 'From 1; -1 is the latest.' }),
  },
  OPEN,
)

export const SchemaBody = Type.Object(
  {
    schema: optional(Type.String({ description: 'The schema, as text.' })),
    schemaType: optional(Type.String({ description: 'AVRO, which is what there is.' })),
    references: optional(
      Type.Array(Reference, { description: 'The schemas that this one names.' }),
    ),
    id: optional(Type.Integer({ description: 'In mode IMPORT: the id that it has elsewhere.' })),
    version: optional(Type.Integer({ description: 'In mode IMPORT: the version as well.' })),
  },
  { ...OPEN, examples: [{ schema: ORDER }] },
)
export type SchemaBody = Static<typeof SchemaBody>

export const RegistryId = Type.Object({ id: Type.Integer() }, { examples: [{ id: 7 }] })

export const RegistryVersion = Type.Object(
  {
    subject: Type.String(),
    version: Type.Integer(),
    id: Type.Integer(),
    references: Type.Optional(Type.Array(Reference)),
    schema: Type.String(),
  },
  { examples: [{ subject: 'orders-value', version: 1, id: 7, schema: ORDER }] },
)
export type RegistryVersion = Static<typeof RegistryVersion>

export const RegistrySchema = Type.Object(
  {
    schema: Type.String(),
    references: Type.Optional(Type.Array(Reference)),
    maxId: Type.Optional(Type.Integer({ description: 'The highest id that was given.' })),
  },
  { examples: [{ schema: ORDER }] },
)
export type RegistrySchema = Static<typeof RegistrySchema>

export const RegistryVersions = Type.Array(RegistryVersion, {
  examples: [[{ subject: 'orders-value', version: 1, id: 7, schema: ORDER }]],
})
export const RegistryNames = Type.Array(Type.String(), { examples: [['orders-value']] })
export const SchemaTypes = Type.Array(Type.String(), { examples: [['AVRO']] })
export const RegistryContexts = Type.Array(Type.String(), { examples: [['.']] })
export const RegistryNumbers = Type.Array(Type.Integer(), { examples: [[1, 2, 3]] })
export const RegistryNumber = Type.Integer({ examples: [3] })
/** A schema as it is. */
export const SchemaText = Type.Unknown({ examples: [JSON.parse(ORDER)] })

export const RegistryPlaces = Type.Array(
  Type.Object({ subject: Type.String(), version: Type.Integer() }),
  { examples: [[{ subject: 'orders-value', version: 1 }]] },
)

export const CheckAnswer = Type.Object(
  {
    is_compatible: Type.Boolean(),
    messages: Type.Optional(Type.Array(Type.String(), { description: 'Why not.' })),
  },
  { examples: [{ is_compatible: true }] },
)
export type CheckAnswer = Static<typeof CheckAnswer>

const Level = Type.Unsafe<CompatibilityLevel>({ type: 'string', enum: [...COMPATIBILITY_LEVELS] })
const Mode = Type.Unsafe<SubjectMode>({ type: 'string', enum: [...SUBJECT_MODES] })

export const ConfigBody = Type.Object(
  {
    compatibility: optional(
      Type.String({ description: `One of ${COMPATIBILITY_LEVELS.join(', ')}.` }),
    ),
    normalize: optional(
      Type.Boolean({ description: 'Whether schemas are kept in their normal form.' }),
    ),
  },
  { ...OPEN, examples: [{ compatibility: 'FULL' }] },
)

export const ConfigSet = Type.Object(
  { compatibility: Type.Optional(Level), normalize: Type.Optional(Type.Boolean()) },
  { examples: [{ compatibility: 'FULL' }] },
)

export const ConfigAnswer = Type.Object(
  { compatibilityLevel: Type.Optional(Level), normalize: Type.Optional(Type.Boolean()) },
  { examples: [{ compatibilityLevel: 'FULL' }] },
)

export const ModeBody = Type.Object(
  { mode: optional(Type.String({ description: `One of ${SUBJECT_MODES.join(', ')}.` })) },
  { ...OPEN, examples: [{ mode: 'READONLY' }] },
)

export const ModeAnswer = Type.Object({ mode: Mode }, { examples: [{ mode: 'READONLY' }] })

export const RegistryFailure = Type.Object(
  {
    error_code: Type.Integer({ description: 'What a program should look at.' }),
    message: Type.String(),
  },
  { examples: [{ error_code: 40401, message: "Subject 'orders-value' not found." }] },
)
export type RegistryFailure = Static<typeof RegistryFailure>

/** Who the registry is. */
export const ClusterId = Type.Object(
  {
    id: Type.String(),
    scope: Type.Object({
      path: Type.Array(Type.String()),
      clusters: Type.Record(Type.String(), Type.String()),
    }),
  },
  {
    examples: [
      { id: '', scope: { path: [], clusters: { 'schema-registry-cluster': 'millrace' } } },
    ],
  },
)

export const RegistryServerVersion = Type.Object(
  { version: Type.String(), commitId: Type.String() },
  { examples: [{ version: '0.1.0', commitId: '' }] },
)

export const Nothing = Type.Object({}, { examples: [{}] })
