import { LogConfigSchema } from '@millrace/log/config'
import type { TopicConfig, TopicConfigInput } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { Value } from 'typebox/value'

/** INVALID_REQUEST names every setting that does not exist or is out of range, and says what it may be. */
export function expectTopicConfig(input: TopicConfigInput): void {
  const problems = Object.entries(input).flatMap(([name, value]) => {
    const schema = settings[name]
    if (schema === undefined) return [`There is no setting ${name}.`]
    if (value === null || Value.Check(schema, value)) return []
    const [problem] = Value.Errors(schema, value)
    return [`${name} ${problem?.message ?? 'is not valid'}.`]
  })
  if (problems.length > 0) throw new LogError('INVALID_REQUEST', problems.join(' '))
}

/** What was given before, changed by `input`. Null takes a setting back. */
export function changed(given: TopicConfigInput, input: TopicConfigInput): TopicConfigInput {
  const kept = Object.entries({ ...given, ...input }).filter(([, value]) => value !== null)
  return Object.fromEntries(kept)
}

/** Complete: what was given, and the broker's defaults. */
export function completed(given: TopicConfigInput, defaults: TopicConfig): TopicConfig {
  return { ...defaults, ...changed({}, given) } as TopicConfig
}

/** The settings that are not what `wanted` says. */
export function differences(
  config: TopicConfig,
  wanted: TopicConfigInput,
  defaults: TopicConfig,
): readonly string[] {
  const expected = completed(wanted, defaults)
  return settingNames(wanted).flatMap((name) =>
    config[name] === expected[name] ? [] : [`${name} is ${config[name]}, not ${expected[name]}`],
  )
}

const settings: Readonly<Record<string, (typeof LogConfigSchema.properties)[keyof TopicConfig]>> =
  LogConfigSchema.properties

function settingNames(input: TopicConfigInput): readonly (keyof TopicConfig)[] {
  return Object.keys(input).filter((name): name is keyof TopicConfig => name in settings)
}
