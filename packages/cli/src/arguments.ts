import { InvalidArgumentError } from 'commander'
import { isTopicName } from '@millrace/model/topic'
import { parseDuration, parseTime } from './time.ts'

/** What an option or argument may be, told at once when it is not: exit status 2. */
export function count(text: string): number {
  return integerFrom(text, 1, 'a number of at least 1')
}

export function naturalNumber(text: string): number {
  return integerFrom(text, 0, 'a number of at least 0')
}

export function integer(text: string): number {
  return integerFrom(text, Number.MIN_SAFE_INTEGER, 'a whole number')
}

export function portNumber(text: string): number {
  const port = naturalNumber(text)
  if (port > PORT_MAX) throw new InvalidArgumentError(`It is at most ${PORT_MAX}.`)
  return port
}

const PORT_MAX = 65_535

function integerFrom(text: string, minimum: number, what: string): number {
  const value = Number(text)
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
    throw new InvalidArgumentError(`It is to be ${what}.`)
  }
  return value
}

/** `--partition 0,2`, `--partition 0 --partition 2`. */
export function partitions(text: string, before: readonly number[] | undefined): readonly number[] {
  return [...(before ?? []), ...text.split(',').map((part) => naturalNumber(part.trim()))]
}

export function time(text: string): number {
  const milliseconds = parseTime(text, Date.now())
  if (milliseconds === undefined) {
    throw new InvalidArgumentError(
      'It is to be a time: 2026-11-22T10:00:00Z, 2026-11-22, 15m (that long ago) or milliseconds since the epoch.',
    )
  }
  return milliseconds
}

export function duration(text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined) throw new InvalidArgumentError('It is to be as 30s, 5m or 1h.')
  return milliseconds
}

/** `1s,5s,30s` */
export function durations(text: string): readonly number[] {
  return text.split(',').map((part) => duration(part.trim()))
}

export function topicName(text: string): string {
  return nameOf('A topic', text)
}

/** One after the other, as they are parsed. */
export function topicNames(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), topicName(text)]
}

export function groupName(text: string): string {
  return nameOf('A group', text)
}

export function memberName(text: string): string {
  return nameOf('A member', text)
}

function nameOf(what: string, text: string): string {
  if (isTopicName(text)) return text
  throw new InvalidArgumentError(
    `${what} has 1 to 249 of a-z A-Z 0-9 . _ - for a name, and neither . nor ..`,
  )
}

/** `name=value`, as often as wanted. */
export function assignments(
  text: string,
  before: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('It is to be name=value.')
  return new Map([...(before ?? []), [text.slice(0, equals), text.slice(equals + 1)]])
}
