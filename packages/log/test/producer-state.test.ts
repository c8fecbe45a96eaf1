import { LogError } from '@millrace/model/log-error'
import { FIRST_OFFSET, type Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { stampedBatch } from '@millrace/testing/arbitrary'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProducerState, PRODUCERS_KEPT } from '../src/producer-state.ts'

interface Sent {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/** A partition that remembers producers and nothing else. */
class Partition {
  state = new ProducerState()
  readonly headers: BatchHeader[] = []

  get logEndOffset(): Offset {
    return ((this.headers.at(-1)?.lastOffset ?? -1) + 1) as Offset
  }

  send(sent: Sent): string {
    const header = batchHeader(sent, this.logEndOffset)
    try {
      const decision = this.state.check(header)
      if (decision.kind === 'duplicate') {
        return `duplicate of ${decision.baseOffset}-${decision.lastOffset}`
      }
    } catch (error) {
      if (!(error instanceof LogError)) throw error
      const { expectedSequence, currentEpoch } = error.fields
      return `${error.code} ${expectedSequence ?? currentEpoch}`
    }
    this.state.apply(header)
    this.headers.push(header)
    return `${header.baseOffset}-${header.lastOffset}`
  }
}

describe('answers as Kafka did (fixtures/idempotence-recovery-trace.txt)', () => {
  test('repeats, gaps, overlaps, epochs, unknown producers and the largest sequence', () => {
    const partition = new Partition()
    const send = (...sent: Parameters<typeof batchOf>) => partition.send(batchOf(...sent))
    expect(send(-1, -1, -1, 2)).toBe('0-1')
    for (let sequence = 0; sequence <= 12; sequence += 2) {
      expect(send(5, 0, sequence, 2)).toBe(`${sequence + 2}-${sequence + 3}`)
    }
    expect(send(5, 0, 12, 2), 'the last again').toBe('duplicate of 14-15')
    expect(send(5, 0, 4, 2), 'the fifth back').toBe('duplicate of 6-7')
    expect(send(5, 0, 2, 2), 'the sixth back').toBe('OUT_OF_ORDER_SEQUENCE 14')
    expect(send(5, 0, 16, 1), 'a gap').toBe('OUT_OF_ORDER_SEQUENCE 14')
    expect(send(5, 0, 13, 2), 'an overlap').toBe('OUT_OF_ORDER_SEQUENCE 14')
    expect(send(5, 1, 5, 1), 'a new epoch does not begin at 5').toBe('OUT_OF_ORDER_SEQUENCE 0')
    expect(send(5, 1, 0, 1)).toBe('16-16')
    expect(send(5, 0, 14, 1), 'the old epoch').toBe('PRODUCER_FENCED 1')
    expect(send(6, 0, 9, 1), 'an unknown producer').toBe('17-17')
    expect(send(9, 0, 2_147_483_646, 3), 'past the largest').toBe('18-20')
    expect(send(9, 0, 1, 1)).toBe('21-21')
  })
})

test('a repeat needs the same first sequence and the same number of records', () => {
  const partition = new Partition()
  partition.send(batchOf(1, 0, 0, 3))
  expect(partition.send(batchOf(1, 0, 0, 2))).toBe('OUT_OF_ORDER_SEQUENCE 3')
  expect(partition.send(batchOf(1, 0, 0, 3))).toBe('duplicate of 0-2')
})

test('a duplicate says when its first copy was stamped', () => {
  const state = new ProducerState()
  const header = batchHeader(batchOf(1, 0, 0, 1), FIRST_OFFSET)
  state.apply(header)
  expect(state.check(header)).toEqual({
    kind: 'duplicate',
    baseOffset: 0,
    lastOffset: 0,
    maxTimestamp: header.maxTimestamp,
  })
})

test('the producer that wrote longest ago is forgotten when there are too many', () => {
  const partition = new Partition()
  for (let id = 0; id < PRODUCERS_KEPT; id++) partition.send(batchOf(id, 0, 0, 1))
  partition.send(batchOf(0, 0, 1, 1))
  partition.send(batchOf(PRODUCERS_KEPT, 0, 0, 1))
  expect(partition.send(batchOf(0, 0, 1, 1)), 'it wrote again').toMatch('duplicate')
  expect(partition.send(batchOf(1, 0, 77, 1)), 'it is forgotten').toMatch(/^\d+-\d+$/)
})

test('nothing below the log start is a repeat', () => {
  const partition = new Partition()
  partition.send(batchOf(1, 0, 0, 2))
  partition.send(batchOf(1, 0, 2, 2))
  partition.state.forgetBefore(1 as Offset)
  expect(partition.send(batchOf(1, 0, 0, 2)), 'half of it is left').toBe('duplicate of 0-1')
  partition.state.forgetBefore(2 as Offset)
  expect(partition.send(batchOf(1, 0, 0, 2))).toBe('OUT_OF_ORDER_SEQUENCE 4')
  expect(partition.send(batchOf(1, 0, 2, 2))).toBe('duplicate of 2-3')
  partition.state.forgetBefore(4 as Offset)
  expect(partition.send(batchOf(1, 0, 50, 1)), 'nobody knows the producer').toBe('4-4')
})

test('the end of a transaction raises the epoch and has no sequence', () => {
  const state = new ProducerState()
  state.apply(batchHeader(batchOf(1, 0, 0, 1), 0 as Offset))
  state.apply({ ...batchHeader(batchOf(1, 1, -1, 1), 1 as Offset), isControl: true })
  expect(() => state.check(batchHeader(batchOf(1, 0, 1, 1), 2 as Offset))).toThrow(
    expect.objectContaining({ code: 'PRODUCER_FENCED', fields: { currentEpoch: 1 } }),
  )
  expect(state.check(batchHeader(batchOf(1, 1, 0, 1), 2 as Offset))).toEqual({ kind: 'append' })
})

test('state that was encoded, or read again from the headers, decides as the original', () => {
  const sent = fc.record({
    producerId: fc.integer({ min: -1, max: 3 }),
    producerEpoch: fc.nat({ max: 2 }),
    baseSequence: fc.oneof(fc.nat({ max: 12 }), fc.constant(2 ** 31 - 2)),
    recordCount: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(
      fc.array(sent, { maxLength: 60 }),
      fc.array(sent, { maxLength: 20 }),
      fc.nat({ max: 40 }),
      (history, probes, logStart) => {
        const original = new Partition()
        for (const batch of history) original.send(batch)
        original.state.forgetBefore(logStart as Offset)

        const decoded = new Partition()
        decoded.headers.push(...original.headers)
        decoded.state = ProducerState.decode(original.state.encode()) ?? expect.unreachable()

        const readAgain = new Partition()
        readAgain.headers.push(...original.headers)
        for (const header of original.headers) readAgain.state.apply(header)
        readAgain.state.forgetBefore(logStart as Offset)

        for (const probe of probes) {
          const answer = original.send(probe)
          expect(decoded.send(probe)).toBe(answer)
          expect(readAgain.send(probe)).toBe(answer)
        }
      },
    ),
  )
})

test('bytes that were cut or changed anywhere are not decoded', () => {
  const partition = new Partition()
  for (let id = 0; id < 3; id++) partition.send(batchOf(id, 0, 0, 2))
  const encoded = Buffer.from(partition.state.encode())
  for (let at = 0; at < encoded.length; at++) {
    expect(ProducerState.decode(encoded.subarray(0, at)), `cut at ${at}`).toBeUndefined()
    const changed = Buffer.from(encoded)
    changed[at] = (changed[at] ?? 0) ^ 0x10
    expect(ProducerState.decode(changed), `byte ${at}`).toBeUndefined()
  }
})

function batchOf(
  producerId: number,
  producerEpoch: number,
  baseSequence: number,
  recordCount: number,
) {
  return { producerId, producerEpoch, baseSequence, recordCount }
}

function batchHeader(sent: Sent, baseOffset: Offset): BatchHeader {
  const { recordCount, ...batch } = sent
  const record = { key: null, value: null, headers: [], timestamp: 1_700_000_000_000 + baseOffset }
  const records = Array.from({ length: recordCount }, () => record)
  return stampedBatch({ ...batch, baseOffset, records }).header
}
