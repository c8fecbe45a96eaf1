import type { SchemaChoice } from '@millrace/model/broker'
import type { SchemaName, SchemaSetting } from '@millrace/model/schema-setting'
import type { SchemaRegistry } from '@millrace/schemas/schema-registry'
import { DatumRule } from './datum-rule.ts'
import type { Topic } from './topic.ts'

export interface DatumRules {
  readonly key: DatumRule | undefined
  readonly value: DatumRule | undefined
}

/** Undefined: records are stored as they are. */
export function rulesOf(
  registry: SchemaRegistry,
  { config }: Pick<Topic, 'config'>,
  { keySchema, valueSchema }: SchemaChoice = {},
): DatumRules | undefined {
  const key = ruleOf(registry, 'key', config.keySchema, keySchema)
  const value = ruleOf(registry, 'value', config.valueSchema, valueSchema)
  return key === undefined && value === undefined ? undefined : { key, value }
}

function ruleOf(
  registry: SchemaRegistry,
  place: 'key' | 'value',
  given: SchemaSetting | null,
  asked: SchemaName | undefined,
): DatumRule | undefined {
  const setting = given ?? (asked && ({ subject: asked.subject, onMisfit: 'reject' } as const))
  if (setting === undefined) return undefined
  return new DatumRule(registry, place, setting, asked)
}
