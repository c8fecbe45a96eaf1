import { LogError } from '@millrace/model/log-error'
import { readRecords } from '@millrace/http/record-json-reader'
import type { FuzzTarget } from '../fuzz-target.ts'
import { JSON_SEEDS, JSON_TOKENS, largeBodies } from './json-seeds.ts'

export const json: FuzzTarget = {
  name: 'json',
  about: 'the reader of records in JSON',
  modules: [
    'json-cursor.ts',
    'json-field.ts',
    'json-scanner.ts',
    'json-string.ts',
    'record-draft.ts',
    'record-fault.ts',
    'record-json-headers.ts',
    'record-json-reader.ts',
    'repeated-names.ts',
  ],
  tokens: JSON_TOKENS,
  large: largeBodies,
  seeds: () => JSON_SEEDS.map((text) => Buffer.from(text)),
  run(input) {
    const body = readOrRefuse(input)
    if (body === undefined) return
    // What is taken is JSON, and a value is kept as the text that it was.
    JSON.parse(input.toString())
    for (const { timestamp, value } of body.records) {
      if (!Number.isSafeInteger(timestamp)) throw new Error('A timestamp is no whole number.')
      if ((value?.length ?? 0) > input.length) throw new Error('A value is longer than the body.')
    }
  },
}

function readOrRefuse(input: Buffer) {
  try {
    return readRecords(input, { recordMaxBytes: 100_000, nowMs: 1 })
  } catch (error) {
    if (error instanceof LogError && REFUSALS.includes(error.code)) return undefined
    throw error
  }
}

const REFUSALS: readonly string[] = [
  'INVALID_REQUEST',
  'INVALID_RECORD',
  'RECORD_TOO_LARGE',
  'BODY_TOO_LARGE',
]
