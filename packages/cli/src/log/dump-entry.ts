import type { ProducerSnapshotRow } from '@millrace/log/producer-snapshot'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { LogRecord } from '@millrace/model/record'
import { bytesAsJson, headersAsJson } from '../record-json.ts'
import type { ShownData, ShownDatum } from './stored-data.ts'

/** What `log dump` prints, one after the other. */
export type DumpEntry =
  | { readonly kind: 'file'; readonly path: string; readonly startingOffset?: number }
  | { readonly kind: 'emptyIndex'; readonly path: string }
  | DumpedBatch
  | DumpedRecord
  | { readonly kind: 'offsetIndexEntry'; readonly offset: number; readonly position: number }
  | { readonly kind: 'timeIndexEntry'; readonly timestamp: number; readonly offset: number }
  | DumpedTransaction
  | DumpedProducer
  | DumpedDamage
  | { readonly kind: 'unreadable'; readonly path: string; readonly problem: string }
  | { readonly kind: 'gaps'; readonly path: string; readonly gaps: readonly Gap[] }

export interface DumpedBatch {
  readonly kind: 'batch'
  readonly header: BatchHeader
  readonly position: number
  readonly isValid: boolean
}

export interface DumpedRecord {
  readonly kind: 'record'
  readonly record: LogRecord
  readonly header: BatchHeader
  /** The end of a transaction, when the batch is a control batch. */
  readonly marker: { readonly type: string; readonly coordinatorEpoch: number } | undefined
  /** Also print key and value. */
  readonly withContent: boolean
  /** What key and value are as data of a schema. */
  readonly data?: ShownData
}

export interface DumpedTransaction {
  readonly kind: 'abortedTransaction'
  readonly producerId: number
  readonly firstOffset: number
  readonly lastOffset: number
  readonly lastStableOffset: number
}

/** Of a `.snapshot`: the last batch of a producer. */
export interface DumpedProducer extends ProducerSnapshotRow {
  readonly kind: 'producer'
}

export interface DumpedDamage {
  readonly kind: 'damage'
  readonly path: string
  readonly position: number
  readonly byteCount: number
  readonly reason: string
  readonly isAtEnd: boolean
}

export interface Gap {
  readonly lastOffset: number
  readonly nextOffset: number
}

/** As Kafka's dump tool prints it, so that what reads the one reads the other. */
export function dumpText(entry: DumpEntry): string {
  switch (entry.kind) {
    case 'file':
      return (
        `Dumping ${entry.path}\n` +
        (entry.startingOffset === undefined ? '' : `Log starting offset: ${entry.startingOffset}\n`)
      )
    case 'emptyIndex':
      return `${entry.path} is empty.\n`
    case 'batch':
      return batchText(entry)
    case 'record':
      return recordText(entry)
    case 'offsetIndexEntry':
      return `offset: ${entry.offset} position: ${entry.position}\n`
    case 'timeIndexEntry':
      return `timestamp: ${entry.timestamp} offset: ${entry.offset}\n`
    case 'abortedTransaction':
      return (
        `version: 0 producerId: ${entry.producerId} firstOffset: ${entry.firstOffset} ` +
        `lastOffset: ${entry.lastOffset} lastStableOffset: ${entry.lastStableOffset}\n`
      )
    case 'producer':
      return producerText(entry)
    case 'damage':
      return entry.isAtEnd
        ? `Found ${entry.byteCount} invalid bytes at the end of ${entry.path} (from byte ${entry.position}: ${entry.reason})\n`
        : `Found ${entry.byteCount} invalid bytes in ${entry.path} (from byte ${entry.position}: ${entry.reason})\n`
    case 'unreadable':
      return `${entry.path}: ${entry.problem}\n`
    case 'gaps':
      return (
        `Non-consecutive offsets in ${entry.path}\n` +
        entry.gaps.map((gap) => `  ${gap.lastOffset} is followed by ${gap.nextOffset}\n`).join('')
      )
  }
}

/** For programs: the same, without Kafka's wording, as JSON on one line. */
export function dumpJson(entry: DumpEntry): string {
  const text = JSON.stringify(fieldsOf(entry))
  const { key, value } = (entry.kind === 'record' && entry.data) || {}
  return `${text.slice(0, -1)}${datumField('keyDatum', key)}${datumField('valueDatum', value)}}`
}

/** In the text itself: no digit of a long is lost. */
function datumField(name: string, datum: ShownDatum | undefined): string {
  if (datum === undefined) return ''
  const { schemaId, json, error } = datum
  const shown = json === undefined ? `"error":${JSON.stringify(error)}` : `"json":${json}`
  return `,"${name}":{"schemaId":${schemaId},${shown}}`
}

function fieldsOf(entry: DumpEntry): object {
  if (entry.kind === 'batch') {
    const { header, ...rest } = entry
    return { ...rest, ...header, lastSequence: lastSequence(header) }
  }
  if (entry.kind !== 'record') return entry
  const { record, header, marker } = entry
  return {
    kind: 'record',
    offset: record.offset,
    timestamp: record.timestamp,
    keyBytes: record.key?.length ?? -1,
    valueBytes: record.value?.length ?? -1,
    sequence: sequenceOf(header, record.offset - header.baseOffset),
    ...(marker === undefined ? {} : { marker }),
    ...(entry.withContent
      ? {
          ...bytesAsJson('key', record.key),
          ...bytesAsJson('value', record.value),
          headers: headersAsJson(record.headers),
        }
      : { headerNames: record.headers.map((recordHeader) => recordHeader.name) }),
  }
}

function batchText({ header, position, isValid }: DumpedBatch): string {
  return (
    `baseOffset: ${header.baseOffset} lastOffset: ${header.lastOffset} count: ${header.recordCount} ` +
    `baseSequence: ${header.baseSequence} lastSequence: ${lastSequence(header)} ` +
    `producerId: ${header.producerId} producerEpoch: ${header.producerEpoch} ` +
    `partitionLeaderEpoch: ${header.partitionLeaderEpoch} ` +
    `isTransactional: ${header.isTransactional} isControl: ${header.isControl} ` +
    `deleteHorizonMs: ${optionalLong(header.hasDeleteHorizon ? header.baseTimestamp : undefined)} ` +
    `position: ${position} ${header.timestampType}: ${header.maxTimestamp} ` +
    `size: ${header.sizeInBytes} magic: 2 compresscodec: ${header.codec} ` +
    `crc: ${header.crc} isvalid: ${isValid}\n`
  )
}

function recordText({ record, header, marker, withContent, data }: DumpedRecord): string {
  const { key, value } = record
  const names = record.headers.map((recordHeader) => recordHeader.name).join(',')
  const sequence = sequenceOf(header, record.offset - header.baseOffset)
  const line =
    `| offset: ${record.offset} ${header.timestampType}: ${record.timestamp} ` +
    `keySize: ${key?.length ?? -1} valueSize: ${value?.length ?? -1} ` +
    `sequence: ${sequence} headerKeys: [${names}]`
  if (marker !== undefined) {
    return `${line} endTxnMarker: ${marker.type} coordinatorEpoch: ${marker.coordinatorEpoch}\n`
  }
  if (!withContent || header.isControl) return `${line}\n`
  const keyText = key === null ? '' : ` key: ${Buffer.from(key).toString()}`
  const valueText = value === null ? '' : ` payload: ${Buffer.from(value).toString()}`
  return `${line}${keyText}${valueText}${datumText('key', data?.key)}${datumText('value', data?.value)}\n`
}

/** Behind what Kafka's tool prints. */
function datumText(place: 'key' | 'value', datum: ShownDatum | undefined): string {
  if (datum === undefined) return ''
  const { schemaId, json, error } = datum
  const shown = json === undefined ? `${place}Error: ${error ?? ''}` : `${place}Json: ${json}`
  return ` ${place}SchemaId: ${schemaId} ${shown}`
}

function producerText(producer: DumpedProducer): string {
  const firstSequence = sequenceBefore(producer.lastSequence, producer.lastOffsetDelta)
  return (
    `producerId: ${producer.producerId} producerEpoch: ${producer.producerEpoch} ` +
    `coordinatorEpoch: ${producer.coordinatorEpoch} ` +
    `currentTxnFirstOffset: ${optionalLong(producer.openTransactionFrom)} ` +
    `lastTimestamp: ${producer.timestamp} firstSequence: ${firstSequence} ` +
    `lastSequence: ${producer.lastSequence} lastOffset: ${producer.lastOffset} ` +
    `offsetDelta: ${producer.lastOffsetDelta} timestamp: ${producer.timestamp}\n`
  )
}

function optionalLong(value: number | undefined): string {
  return value === undefined ? 'OptionalLong.empty' : `OptionalLong[${value}]`
}

function lastSequence(header: BatchHeader): number {
  return sequenceOf(header, header.lastOffsetDelta)
}

/** -1: the batch has none. After the greatest comes 0. */
function sequenceOf(header: BatchHeader, offsetDelta: number): number {
  if (header.baseSequence < 0) return -1
  return (header.baseSequence + offsetDelta) % SEQUENCE_COUNT
}

function sequenceBefore(sequence: number, by: number): number {
  return sequence < 0 ? -1 : (sequence - by + SEQUENCE_COUNT) % SEQUENCE_COUNT
}

const SEQUENCE_COUNT = 2 ** 31
