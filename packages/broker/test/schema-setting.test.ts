import { expect, test } from 'vitest'
import { expectTopicConfig } from '../src/topic-config.ts'

test.each([
  [{ subject: 's', onMisfit: 'reject' }],
  [{ subject: 's', onMisfit: 'off' }],
  [{ subject: 's', onMisfit: 'dead-letter', deadLetterTopic: 'd' }],
  [null],
] as const)('%j is a setting', (valueSchema) => {
  expect(() => expectTopicConfig({ valueSchema, keySchema: valueSchema })).not.toThrow()
})

test.each([
  ['orders-value', 'valueSchema is {"subject":'],
  [{}, 'valueSchema names a subject'],
  [{ subject: '', onMisfit: 'off' }, 'valueSchema names a subject'],
  [{ subject: 's' }, 'valueSchema is {"subject":'],
  [{ subject: 's', onMisfit: 'skip' }, 'onMisfit is reject, off, or dead-letter'],
  [{ subject: 's', onMisfit: 'off', version: 3 }, 'valueSchema has no version'],
  [{ subject: 's', onMisfit: 'dead-letter' }, 'valueSchema needs a deadLetterTopic'],
  [{ subject: 's', onMisfit: 'off', deadLetterTopic: 'd' }, 'with onMisfit dead-letter only'],
])('%j is none: %s', (valueSchema, message) => {
  expect(() => expectTopicConfig({ valueSchema } as never)).toThrow(message)
})
