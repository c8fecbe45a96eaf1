import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isInternalTopic,
  isTopicName,
  parsePartitionDirectoryName,
  partitionDirectoryName,
} from '../src/topic.ts'

test.each(['a', 'A-b_c.9', '...', '__offsets', '-', 'x'.repeat(249)])(
  '%s is a topic name',
  (name) => {
    expect(isTopicName(name)).toBe(true)
  },
)

test.each(['', '.', '..', 'a/b', 'a b', 'ä', 'a\0', 'a\n', '%2f', 'x'.repeat(250)])(
  '%j is no topic name',
  (name) => {
    expect(isTopicName(name)).toBe(false)
  },
)

test('names that begin with two underscores are Millrace’s own', () => {
  expect(isInternalTopic('__offsets')).toBe(true)
  expect(isInternalTopic('_offsets')).toBe(false)
})

test('a partition’s directory names topic and partition, also when the topic has dashes and digits', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9._-]{1,30}$/).filter((text) => isTopicName(text))
  fc.assert(
    fc.property(name, fc.nat(999_999_999), (topic, partition) => {
      const directory = partitionDirectoryName(topic, partition)
      expect(parsePartitionDirectoryName(directory)).toEqual({ topic, partition })
    }),
  )
})

test.each([
  '',
  'a',
  '-1',
  'a-',
  'a-01',
  'a-1x',
  'a--1x',
  '..-1',
  'a/b-1',
  'a-1000000000',
  'a-0.deleted',
])('%j is no partition’s directory', (directory) => {
  expect(parsePartitionDirectoryName(directory)).toBeUndefined()
})
