import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { describe, expect, test } from 'vitest'
import { parseBrokerConfig } from '../src/config.ts'

describe("the broker's configuration", () => {
  test('is complete and frozen, whatever was given', () => {
    const config = parseBrokerConfig({ topicDefaults: { retentionMs: 5 }, defaultPartitions: 3 })
    expect(config).toMatchObject({ autoCreateTopics: false, defaultPartitions: 3 })
    expect(config.topicDefaults).toEqual({ ...LOG_CONFIG_DEFAULTS, retentionMs: 5 })
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.topicDefaults)).toBe(true)
  })

  test.each([
    [{ defaultPartitions: 0 }, /broker\/defaultPartitions/],
    [{ topicDefaults: { segmentBytes: 'large' } }, /broker\/topicDefaults\/segmentBytes/],
    [{ retentionMs: 5 }, /broker\/retentionMs: is not a setting/],
    [{ topicDefaults: { cleanupPolicy: 1 } }, /cleanupPolicy: is not a setting/],
  ])('%j is refused by name', (given, message) => {
    expect(() => parseBrokerConfig(given)).toThrow(message)
  })
})
