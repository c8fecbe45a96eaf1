import { isDeepStrictEqual } from 'node:util'
import { type LogConfig, LogConfigSchema } from '@millrace/log/config'
import type { TopicConfig, TopicConfigInput } from '@millrace/model/topic-config'
import { LogError } from '@millrace/model/log-error'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { problemWithSchemaSetting } from './schema-setting.ts'

/** INVALID_REQUEST names every setting that does not exist or is out of range, and says what it may be. */
export function expectTopicConfig(input: TopicConfigInput): void {
  const problems = Object.entries(input).flatMap(([name, value]) => {
    if (!isSettingName(name)) return [`There is no setting ${name}.`]
    const problem = value === null ? undefined : problemWith(name, value)
    return problem === undefined ? [] : [`${name} ${problem}.`]
  })
  if (problems.length > 0) throw new LogError('INVALID_REQUEST', problems.join(' '))
}

/** What was given before, changed by `input`. Null takes a setting back. */
export function changed(given: TopicConfigInput, input: TopicConfigInput): TopicConfigInput {
  const kept = Object.entries({ ...given, ...input }).filter(([, value]) => value !== null)
  return Object.fromEntries(kept)
}

/** Complete: what was given, and the broker's defaults. */
export function completed(given: TopicConfigInput, defaults: LogConfig): TopicConfig {
  return { ...defaults, ...NO_SCHEMAS, ...changed({}, given) } as TopicConfig
}

/** The settings that are not what `wanted` says. */
export function differences(
  config: TopicConfig,
  wanted: TopicConfigInput,
  defaults: LogConfig,
): readonly string[] {
  const expected = completed(wanted, defaults)
  return Object.keys(wanted)
    .filter(isSettingName)
    .flatMap((name) => {
      const [is, not] = [config[name], expected[name]]
      return isDeepStrictEqual(is, not) ? [] : [`${name} is ${shown(is)}, not ${shown(not)}`]
    })
}

export function isSettingName(name: string): name is keyof TopicConfig {
  return name in logSettings || name in NO_SCHEMAS
}

const NO_SCHEMAS = { keySchema: null, valueSchema: null }

const logSettings: Readonly<Record<string, TSchema>> = LogConfigSchema.properties

function problemWith(name: string, value: unknown): string | undefined {
  const schema = logSettings[name]
  if (schema === undefined) return problemWithSchemaSetting(value)
  if (Value.Check(schema, value)) return undefined
  const [problem] = Value.Errors(schema, value)
  return problem?.message ?? 'is not valid'
}

function shown(value: TopicConfig[keyof TopicConfig]): string {
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`
}
