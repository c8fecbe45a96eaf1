/** What the keys and the values of a topic are held to, and how a schema is asked for. */
import { SUBJECT_LENGTH_MAX } from '@millrace/model/schema-setting'
import { Type, type Static } from 'typebox'
import { CLOSED, TopicName } from './values.ts'

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
