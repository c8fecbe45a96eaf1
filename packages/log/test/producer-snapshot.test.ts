import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodeProducerSnapshot } from '../src/producer-snapshot.ts'
import { PARTITION_CLEAN } from './golden.ts'

test('Kafka’s snapshot is read as its own dump tool prints it', async () => {
  const rows = decodeProducerSnapshot(await readSnapshot('00000000000000000039'))
  expect(rows).toHaveLength(5)
  expect(rows?.[0]).toEqual({
    producerId: 5,
    producerEpoch: 1,
    lastSequence: 0,
    lastOffset: 16,
    lastOffsetDelta: 0,
    timestamp: 1_700_000_000_070,
    coordinatorEpoch: -1,
    openTransactionFrom: undefined,
  })
  expect(rows?.[2]).toMatchObject({ producerId: 7, lastOffset: 38, openTransactionFrom: 38 })
})

test('one with a flipped bit or a piece missing is not read', async () => {
  const sound = await readSnapshot('00000000000000000016')
  for (let at = 0; at < sound.length; at++) {
    const flipped = Buffer.from(sound)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    expect(decodeProducerSnapshot(flipped), `byte ${at}`).toBeUndefined()
    expect(decodeProducerSnapshot(sound.subarray(0, at)), `cut at ${at}`).toBeUndefined()
  }
})

function readSnapshot(offset: string): Promise<Buffer> {
  return readFile(join(PARTITION_CLEAN, `${offset}.snapshot`))
}
