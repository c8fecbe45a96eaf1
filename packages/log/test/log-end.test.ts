import type { Offset, Position } from '@millrace/model/offset'
import { arbitraryLog } from '@millrace/testing/arbitrary'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { endAfter, headersOf, type LogEnd } from '../src/log-end.ts'

const START: LogEnd = {
  logEndOffset: 0 as Offset,
  segment: 0 as Offset,
  bytes: 0 as Position,
}

const log = arbitraryLog({ maxBatches: 6 })

test('batches fit where the log ends, and move its end', () => {
  fc.assert(
    fc.property(log, (batches) => {
      let end = START
      for (const { bytes, header } of batches) {
        const place = { baseOffset: header.baseOffset, segment: end.segment, position: end.bytes }
        const next = endAfter(end, { ...place, bytes })
        expect(next).toEqual({
          logEndOffset: header.lastOffset + 1,
          segment: 0,
          bytes: end.bytes + bytes.length,
        })
        end = next ?? end
      }
    }),
  )
})

test('they fit at the start of a segment that begins with them, and nowhere else', () => {
  fc.assert(
    fc.property(log, fc.nat({ max: 3 }), fc.integer({ min: 1, max: 99 }), (batches, at, wrong) => {
      const found = batches[at]
      if (found === undefined) return
      const { baseOffset } = found.header
      const end = { logEndOffset: baseOffset, segment: 0 as Offset, bytes: 500 as Position }
      const { bytes } = found
      const rolled = endAfter(end, {
        baseOffset,
        segment: baseOffset,
        position: 0 as Position,
        bytes,
      })
      expect(rolled).toMatchObject({ segment: baseOffset, bytes: bytes.length })
      const continued = { baseOffset, segment: end.segment, position: end.bytes, bytes }
      expect(endAfter(end, continued)).toBeDefined()
      for (const misfit of [
        { ...continued, position: (end.bytes + wrong) as Position },
        { ...continued, segment: (baseOffset + wrong) as Offset },
        { ...continued, baseOffset: (baseOffset + wrong) as Offset },
        { ...continued, bytes: bytes.subarray(0, bytes.length - 1) },
        { ...continued, bytes: Buffer.concat([bytes, new Uint8Array(wrong)]) },
        { ...continued, bytes: new Uint8Array(0) },
      ]) {
        expect(endAfter(end, misfit)).toBeUndefined()
      }
    }),
  )
})

test('headers are read of batches that fill the bytes, and of nothing else', () => {
  fc.assert(
    fc.property(log, (batches) => {
      const bytes = Buffer.concat(batches.map((batch) => batch.bytes))
      expect(headersOf(bytes)).toEqual(batches.map(({ header }) => header))
      if (bytes.length > 0) expect(headersOf(bytes.subarray(0, bytes.length - 1))).toBeUndefined()
    }),
  )
})
