/** What the keys and the values of a topic are held to, and how a schema is asked for. */
import { SUBJECT_LENGTH_MAX } from '@millrace/model/schema-setting'
import { Type, type Static } from 'typebox'
import { CLOSED, TopicName } from './values.ts'

/** `@` and a version. */
const VERSION_LENGTH_MAX = 11

const Subject = Type.String({
  minLength: 1,
  maxLength: SUBJECT_LENGTH_MAX,
  description: 'A subject of the schema registry.',
  examples: ['orders-value'],
})

export const SchemaSetting = Type.Object(
  {
    subject: Subject,
    onMisfit: Type.Union(
      [Type.Literal('reject'), Type.Literal('dead-letter'), Type.Literal('off')],
      {
        description:
          'What a record that does not fit gets: reject (nothing of its request is appended), dead-letter (it goes to ' +
          'another topic, with the reason) or off (it is appended as it was sent).',
        examples: ['reject'],
      },
    ),
    deadLetterTopic: Type.Optional(TopicName),
  },
  {
    ...CLOSED,
    description: 'A schema that records are held to; deadLetterTopic exactly with dead-letter.',
    examples: [
      { subject: 'orders-value', onMisfit: 'dead-letter', deadLetterTopic: 'orders.dead' },
    ],
  },
)
export type SchemaSetting = Static<typeof SchemaSetting>

/** `subject@version`, in a query. */
const SchemaName = Type.String({
  minLength: 1,
  maxLength: SUBJECT_LENGTH_MAX + VERSION_LENGTH_MAX,
  examples: ['orders-value@7'],
})

const NAMED = 'subject@version, or subject alone for the latest'

/** With what schemas records that are JSON are encoded. */
export const WRITING_SCHEMAS = {
  schema: Type.Optional({
    ...SchemaName,
    description: `The schema to encode values with: ${NAMED}. When not said, the latest of the topic's subject.`,
  }),
  keySchema: Type.Optional({
    ...SchemaName,
    description: `The schema to encode keys with: ${NAMED}.`,
  }),
}

/** By what schemas records are shown in JSON. */
export const READING_SCHEMAS = {
  schema: Type.Optional({
    ...SchemaName,
    description:
      `The schema to read values by, whatever version they were written with: ${NAMED}. A value that cannot be read ` +
      'by it comes as an error in its place. When not said, each by its own.',
  }),
  keySchema: Type.Optional({ ...SchemaName, description: `The schema to read keys by: ${NAMED}.` }),
}
