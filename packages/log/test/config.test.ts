import { LogError } from '@millrace/model/log-error'
import { expect, test } from 'vitest'
import { LOG_CONFIG_DEFAULTS, parseLogConfig } from '../src/config.ts'

test('what is left out takes Kafka’s default', () => {
  expect(parseLogConfig({ retentionMs: -1 })).toEqual({
    retentionMs: -1,
    retentionBytes: -1,
    segmentBytes: 1_073_741_824,
    segmentMs: 604_800_000,
    indexIntervalBytes: 4096,
    segmentIndexBytes: 10_485_760,
    maxMessageBytes: 1_048_588,
    messageTimestampType: 'CreateTime',
    messageTimestampAfterMaxMs: 3_600_000,
  })
  expect(LOG_CONFIG_DEFAULTS.retentionMs).toBe(604_800_000)
})

test('a configuration cannot be changed once it is made, and making it changes nothing', () => {
  const input = { segmentMs: 5 }
  expect(Object.isFrozen(parseLogConfig(input))).toBe(true)
  expect(input).toEqual({ segmentMs: 5 })
})

test.each([
  [{ segmentBytes: 1024 }, 'segmentBytes must be >= 1048576'],
  [{ segmentBytes: 2 ** 31 }, 'segmentBytes must be <= 2147483647'],
  [{ retentionMs: -2 }, 'retentionMs must be >= -1'],
  [{ retentionMs: 1.5 }, 'retentionMs must be integer'],
  [{ retentionMs: '5' }, 'retentionMs must be integer'],
  [{ retentionMs: 2 ** 60 }, 'retentionMs must be <= 9007199254740991'],
  [{ maxMessageBytes: 8 * 1024 * 1024 + 1 }, 'maxMessageBytes must be <= 8388608'],
  [
    { messageTimestampType: 'Now' },
    'messageTimestampType must be one of CreateTime, LogAppendTime',
  ],
  [{ 'segment.bytes': 1_048_576 }, 'segment.bytes is not a setting'],
  [7, 'must be object'],
])('%j is refused: %s', (input, why) => {
  expect(() => parseLogConfig(input)).toThrow(LogError)
  expect(() => parseLogConfig(input)).toThrow(why)
})
