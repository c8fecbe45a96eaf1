import { decodeStoredRecords } from '@millrace/model/batch-decoding'
import { emptyBatch, encodeStoredBatch } from '@millrace/model/batch-encoding'
import type { RecordToProduce } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { FIRST_OFFSET, type Offset } from '@millrace/model/offset'
import { type BatchHeader, readBatchHeader } from '@millrace/model/record-batch'
import type { StoredRecord } from '@millrace/model/record-codec'
import { type DatumRules, rulesOf } from './datum-rules.ts'
import { FittedBytes } from './fitted-bytes.ts'
import { letterTopic } from './letter-topic.ts'
import { Misfit, rejection } from './misfit.ts'
import { misfitLetter } from './misfit-letter.ts'
import type { BrokerParts } from './parts.ts'
import type { Topic } from './topic.ts'

/** Batches as they are appended. */
export interface FittedBatches {
  /** A batch that lost records still spans their offsets and sequence numbers: as compaction leaves it. */
  readonly bytes: Uint8Array
  readonly letters: readonly RecordToProduce[]
  /** Where each letter goes. */
  readonly targets: ReadonlyMap<number, Topic>
  /** What they are refused with, unless they are a producer's repeat of what was appended under other settings. */
  readonly refusal?: LogError
}

/**
 * Holds batches, which are sound, to the schemas of their topic. Refuses them with INVALID_RECORD for the first record
 * that does not fit, where such records are rejected, and, strictly, in any case.
 */
export function fitBatches(
  parts: BrokerParts,
  topic: Topic,
  bytes: Uint8Array,
  { isStrict }: { readonly isStrict: boolean },
): FittedBatches {
  const rules = rulesOf(parts.schemas, topic)
  if (rules === undefined || !isChecking(rules)) return asTheyAre(bytes)
  const fitting = new FittingBatches(parts, topic, isStrict)
  const batches: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const header = readBatchHeader(bytes, at)
    if (header === undefined) throw new Error('What was checked is no record batch.')
    const batch = bytes.subarray(at, at + header.sizeInBytes)
    const fitted = fitting.fit(rules, batch, { header, index: batches.length })
    if (fitted instanceof LogError) {
      if (header.producerId < 0) throw fitted
      return { ...asTheyAre(bytes), refusal: fitted }
    }
    batches.push(fitted)
    at += header.sizeInBytes
  }
  const { letters, targets } = fitting
  return { bytes: letters.length === 0 ? bytes : Buffer.concat(batches), letters, targets }
}

function asTheyAre(bytes: Uint8Array): FittedBatches {
  return { bytes, letters: [], targets: new Map() }
}

function isChecking({ key, value }: DatumRules): boolean {
  return [key, value].some((rule) => rule !== undefined && rule.setting.onMisfit !== 'off')
}

class FittingBatches {
  readonly letters: RecordToProduce[] = []
  readonly targets = new Map<number, Topic>()
  readonly #parts: BrokerParts
  readonly #topic: Topic
  readonly #bytes: FittedBytes
  readonly #isStrict: boolean

  constructor(parts: BrokerParts, topic: Topic, isStrict: boolean) {
    this.#isStrict = isStrict
    this.#bytes = new FittedBytes(parts.storage)
    this.#parts = parts
    this.#topic = topic
  }

  /** The batch, without the records that do not fit; or what it is refused with. */
  fit(
    rules: DatumRules,
    batch: Uint8Array,
    { header, index }: { readonly header: BatchHeader; readonly index: number },
  ): Uint8Array | LogError {
    const stored = decodeStoredRecords(batch, 0, header, { maxBytes: DECOMPRESSED_BYTES_MAX })
    const kept: StoredRecord[] = []
    for (const [place, record] of stored.entries()) {
      const misfit = misfitOf(rules, record)
      if (misfit === undefined) {
        kept.push(record)
        continue
      }
      const target = this.#isStrict ? undefined : letterTopic(this.#parts, this.#topic, misfit)
      if (target === undefined) return inBatch(misfit, index, place)
      this.#addLetter(record, header, misfit, target)
    }
    return kept.length === stored.length ? batch : withRecords(header, kept)
  }

  #addLetter(record: StoredRecord, header: BatchHeader, misfit: Misfit, target: Topic): void {
    const { clock } = this.#parts
    const timestamp = header.baseTimestamp + record.timestampDelta
    const letter = misfitLetter({ ...record, timestamp }, misfit, this.#topic.name, clock.nowMs())
    this.targets.set(this.letters.length, target)
    this.letters.push(letter)
    this.#bytes.add(letter)
  }
}

function misfitOf({ key, value }: DatumRules, record: StoredRecord): Misfit | undefined {
  try {
    if (key !== undefined && record.key !== null) key.check(record.key)
    if (value !== undefined && record.value !== null) value.check(record.value)
    return undefined
  } catch (error) {
    if (error instanceof Misfit) return error
    throw error
  }
}

function withRecords(header: BatchHeader, kept: readonly StoredRecord[]): Uint8Array {
  if (kept.length === 0) {
    const lastOffset = header.lastOffsetDelta as Offset
    return emptyBatch({ ...header, codec: 'none', baseOffset: FIRST_OFFSET, lastOffset })
  }
  const deltas = kept.map(({ timestampDelta }) => timestampDelta)
  const maxTimestamp = header.baseTimestamp + Math.max(...deltas)
  return encodeStoredBatch({ ...header, maxTimestamp }, kept)
}

function inBatch(misfit: Misfit, batch: number, index: number): LogError {
  const error = rejection(misfit, { index })
  const detail = `Batch ${batch}, record ${index}, ${error.detail}`
  return new LogError(error.code, detail, error.fields)
}

/** Of one batch. A reader has to hold as much. */
export const DECOMPRESSED_BYTES_MAX = 64 * 1024 * 1024
