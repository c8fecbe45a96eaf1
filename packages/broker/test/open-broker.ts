import { expect } from 'vitest'
import { type Clock, SYSTEM_CLOCK } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { decodeRecords } from '@millrace/model/batch-decoding'
import type { RecordToProduce } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import { readBatchHeader } from '@millrace/model/record-batch'
import type { LogRecord } from '@millrace/model/record'
import { parseStorageConfig } from '@millrace/storage/config'
import { parseBrokerConfig } from '../src/config.ts'
import { EmbeddedBroker } from '../src/embedded-broker.ts'
import type { BrokerLogger } from '../src/logger.ts'

/** A broker on real files, with a small journal so that it opens quickly. */
export function openBroker(
  directory: string,
  options: {
    readonly disk?: Disk
    readonly clock?: Clock
    readonly broker?: object
    readonly storage?: object
    readonly logger?: BrokerLogger
  } = {},
): Promise<EmbeddedBroker> {
  const config = {
    broker: parseBrokerConfig(options.broker ?? {}),
    storage: parseStorageConfig({ ...SMALL, ...options.storage }),
  }
  const { disk = NODE_DISK, clock = SYSTEM_CLOCK } = options
  return EmbeddedBroker.open(disk, directory, clock, config, options.logger)
}

const SMALL = { journalSlotBytes: 1024 * 1024, reserveBytes: 0, minFreeBytes: 0 }

/** A record of text. */
export function record(
  value: string,
  rest: { readonly key?: string; readonly partition?: number; readonly timestamp?: number } = {},
): RecordToProduce {
  return {
    key: rest.key === undefined ? null : Buffer.from(rest.key),
    value: Buffer.from(value),
    headers: [],
    timestamp: rest.timestamp ?? 1_700_000_000_000,
    ...(rest.partition !== undefined && { partition: rest.partition }),
  }
}

/** All that can be read of a partition. */
export async function readAll(
  broker: EmbeddedBroker,
  topic: string,
  partition = 0,
): Promise<readonly LogRecord[]> {
  const { logStartOffset, highWatermark } = broker.partitionState(topic, partition)
  const records: LogRecord[] = []
  let offset = logStartOffset
  while (offset < highWatermark) {
    const read = { topic, partition, offset, maxBytes: 65_536, minBytes: 0, waitMs: 0 }
    const { pieces, nextOffset } = await broker.fetch(read)
    records.push(...recordsIn(pieces).filter((each) => each.offset >= logStartOffset))
    offset = nextOffset
  }
  return records
}

export function recordsIn(pieces: readonly Uint8Array[]): readonly LogRecord[] {
  return pieces.flatMap((piece) => {
    const records: LogRecord[] = []
    for (let at = 0; at < piece.length;) {
      const header = readBatchHeader(piece, at)!
      records.push(...decodeRecords(piece, at, header, { maxBytes: 16 * 1024 * 1024 }))
      at += header.sizeInBytes
    }
    return records
  })
}

/** The values of a partition, as text. */
export async function valuesOf(
  broker: EmbeddedBroker,
  topic: string,
  partition = 0,
): Promise<readonly string[]> {
  const records = await readAll(broker, topic, partition)
  return records.map(({ value }) => Buffer.from(value ?? []).toString())
}

export function at(offset: number): Offset {
  return offset as Offset
}

/** What an expected failure looks like. */
export function failure(code: string, fields: object = {}) {
  return expect.objectContaining({ code, fields: expect.objectContaining(fields) })
}
