import { SUBJECT_LENGTH_MAX } from '@millrace/model/schema-setting'

/** What is wrong with a `keySchema` or a `valueSchema`, behind its name. */
export function problemWithSchemaSetting(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return SHAPE
  const { subject, onMisfit, deadLetterTopic, ...others } = value as Record<string, unknown>
  if (typeof subject !== 'string' || subject === '' || subject.length > SUBJECT_LENGTH_MAX) {
    return `names a subject of 1 to ${SUBJECT_LENGTH_MAX} characters`
  }
  if (typeof onMisfit !== 'string' || !POLICIES.has(onMisfit)) return SHAPE
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `has no ${unknown}: ${SHAPE}`
  if (onMisfit !== 'dead-letter') {
    return deadLetterTopic === undefined
      ? undefined
      : 'has a deadLetterTopic with onMisfit dead-letter only'
  }
  return typeof deadLetterTopic === 'string' ? undefined : 'needs a deadLetterTopic to send to'
}

const POLICIES: ReadonlySet<string> = new Set(['reject', 'dead-letter', 'off'])
const SHAPE =
  'is {"subject":"orders-value","onMisfit":"reject"}, where onMisfit is reject, off, or dead-letter with a deadLetterTopic'
