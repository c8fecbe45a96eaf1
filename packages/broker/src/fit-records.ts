import type { RecordToProduce, SchemaChoice } from '@millrace/model/broker'
import type { DatumRule } from './datum-rule.ts'
import { type DatumRules, rulesOf } from './datum-rules.ts'
import { FittedBytes } from './fitted-bytes.ts'
import { letterTopic } from './letter-topic.ts'
import { Misfit, rejection } from './misfit.ts'
import { misfitLetter } from './misfit-letter.ts'
import type { BrokerParts } from './parts.ts'
import type { Topic } from './topic.ts'

/** Records as they are appended. */
export interface FittedRecords {
  readonly records: readonly RecordToProduce[]
  /** By index: where a record goes that does not fit, and is a letter. */
  readonly elsewhere: ReadonlyMap<number, Topic>
  /** One a letter, in order. */
  readonly reasons: readonly string[]
}

/**
 * Encodes and checks what the topic, or the request, has schemas for. INVALID_RECORD, with the `index` of the first
 * that does not fit, where such records are rejected, and, strictly, in any case; UNKNOWN_SCHEMA.
 */
export function fitRecords(
  parts: BrokerParts,
  topic: Topic,
  records: readonly RecordToProduce[],
  choice: SchemaChoice & { readonly isStrict: boolean },
): FittedRecords {
  const rules = rulesOf(parts.schemas, topic, choice)
  if (rules === undefined) return { records, elsewhere: NOWHERE, reasons: [] }
  const fitted: RecordToProduce[] = []
  const elsewhere = new Map<number, Topic>()
  const reasons: string[] = []
  const bytes = new FittedBytes(parts.storage)
  for (const [index, record] of records.entries()) {
    try {
      fitted.push(fitRecord(rules, record))
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      const target = choice.isStrict ? undefined : letterTopic(parts, topic, error)
      if (target === undefined) throw rejection(error, { index })
      elsewhere.set(index, target)
      reasons.push(error.reason)
      fitted.push(misfitLetter(record, error, topic.name, parts.clock.nowMs()))
    }
    bytes.add(fitted[index] ?? record)
  }
  return { records: fitted, elsewhere, reasons }
}

function fitRecord({ key, value }: DatumRules, record: RecordToProduce): RecordToProduce {
  return {
    ...record,
    key: key === undefined ? record.key : fitted(key, record.key, record.keyForm),
    value: value === undefined ? record.value : fitted(value, record.value, record.valueForm),
  }
}

function fitted(
  rule: DatumRule,
  bytes: Uint8Array | null,
  form: RecordToProduce['keyForm'] = 'bytes',
): Uint8Array | null {
  if (bytes === null) return null
  const isOff = rule.setting.onMisfit === 'off'
  if (isOff && (form === 'bytes' || !rule.isEncoding)) return bytes
  try {
    if (form !== 'bytes')
      return rule.encode(form === 'json' ? bytes : JSON.stringify(textOf(bytes)))
    rule.check(bytes)
    return bytes
  } catch (error) {
    if (error instanceof Misfit && isOff) return bytes
    throw error
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}

const NOWHERE: ReadonlyMap<number, Topic> = new Map()
