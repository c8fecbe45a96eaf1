import { randomBytes } from 'node:crypto'
import type { Clock } from '@millrace/disk/clock'
import type { IndexedState } from './indexed-state.ts'
import { encodeFields, notWritten, parseFields, textRecord } from './state-text.ts'

/** What an internal topic seals with: drawn once in a store's life, and kept in its record `secret`. */
export async function secretOf(state: IndexedState, clock: Clock): Promise<Uint8Array> {
  const value = state.get(KEY)
  if (value !== undefined) return decode(state.name, value)
  const secret = randomBytes(SIZE)
  const encoded = encodeFields({ secret: secret.toString('base64url') })
  await state.append([textRecord(clock, KEY, encoded)])
  return secret
}

function decode(topic: string, value: Uint8Array): Uint8Array {
  const { secret } = parseFields(topic, KEY, value)
  if (typeof secret !== 'string') throw notWritten(topic, KEY)
  return Buffer.from(secret, 'base64url')
}

const KEY = 'secret'
const SIZE = 32
