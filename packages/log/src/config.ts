import type { LogSettings } from '@millrace/model/topic-config'
import { LogError } from '@millrace/model/log-error'
import { type Static, Type } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { Value } from 'typebox/value'

const KiB = 1024
const MiB = 1024 * KiB
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Positions and relative offsets are signed 32-bit in Kafka's index files. */
const INT32_MAX = 2 ** 31 - 1
const INTEGER_MAX = Number.MAX_SAFE_INTEGER

/** Kafka's topic settings that a log obeys: their names in camelCase, their defaults and their ranges. */
export const LogConfigSchema = Type.Object(
  {
    retentionMs: Type.Integer({
      description:
        'A segment may be deleted when its newest record is older than this, in milliseconds. -1 keeps all.',
      default: 7 * DAY_MS,
      minimum: -1,
      maximum: INTEGER_MAX,
    }),
    retentionBytes: Type.Integer({
      description:
        'The oldest segments may be deleted while the partition holds more than this, in bytes. -1 is no limit.',
      default: -1,
      minimum: -1,
      maximum: INTEGER_MAX,
    }),
    segmentBytes: Type.Integer({
      description:
        'A new segment begins when the active one would grow past this, in bytes. ' +
        'Kafka reads positions as signed 32-bit, hence the maximum.',
      default: 1024 * MiB,
      minimum: 1 * MiB,
      maximum: INT32_MAX,
    }),
    segmentMs: Type.Integer({
      description:
        'A new segment begins when a record is this much newer than the first batch of the active one, in milliseconds.',
      default: 7 * DAY_MS,
      minimum: 1,
      maximum: INTEGER_MAX,
    }),
    indexIntervalBytes: Type.Integer({
      description:
        'An index entry is made once more than this many bytes have gone by without one.',
      default: 4 * KiB,
      minimum: 0,
      maximum: INT32_MAX,
    }),
    segmentIndexBytes: Type.Integer({
      description:
        'A new segment begins when an index of the active one has grown to this, in bytes.',
      default: 10 * MiB,
      minimum: 1 * KiB,
      maximum: INT32_MAX,
    }),
    maxMessageBytes: Type.Integer({
      description: 'A larger record batch is refused, in bytes as stored (compressed).',
      default: MiB + 12,
      minimum: 1 * KiB,
      maximum: 8 * MiB,
    }),
    messageTimestampType: Type.Enum(['CreateTime', 'LogAppendTime'], {
      description: 'Whose clock a record carries: its producer’s, or the log’s at the append.',
      default: 'CreateTime',
    }),
    messageTimestampAfterMaxMs: Type.Integer({
      description:
        'A record whose timestamp is further ahead of the server’s clock than this is refused, in milliseconds.',
      default: HOUR_MS,
      minimum: 0,
      maximum: INTEGER_MAX,
    }),
  },
  { additionalProperties: false },
)

/** How one log is kept: complete, in range and frozen. */
export type LogConfig = Readonly<Static<typeof LogConfigSchema>> & LogSettings

/** Fills in the defaults. INVALID_REQUEST names the setting that is unknown or out of range. */
export function parseLogConfig(input: unknown): LogConfig {
  const config = Value.Default(LogConfigSchema, structuredClone(input))
  if (!Value.Check(LogConfigSchema, config)) {
    const [problem] = Value.Errors(LogConfigSchema, config)
    const setting = problem?.instancePath.slice(1) ?? ''
    throw new LogError('INVALID_REQUEST', `Log configuration: ${setting} ${whatIsWrong(problem)}.`)
  }
  return Object.freeze(config)
}

function whatIsWrong(problem: TLocalizedValidationError | undefined): string {
  if (problem?.keyword === 'boolean') return 'is not a setting'
  if (problem?.keyword === 'enum')
    return `must be one of ${problem.params.allowedValues.join(', ')}`
  return problem?.message ?? 'is invalid'
}

export const LOG_CONFIG_DEFAULTS: LogConfig = parseLogConfig({})
