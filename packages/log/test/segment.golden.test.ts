import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Offset } from '@millrace/model/offset'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { Segment } from '../src/segment.ts'
import { segmentFileName } from '../src/segment-files.ts'
import { CLOSED_SEGMENTS, type GoldenSegment, goldenOptions, readGolden } from './golden.ts'

const NO_LIMITS = { maxBytes: 1_000_000, untilOffset: Infinity as Offset }

describe.each(CLOSED_SEGMENTS)('$directory, segment $baseOffset', (golden) => {
  test('its indexes, made again from its batches, are Kafka’s byte for byte', async () => {
    await using directory = await makeTempDirectory()
    const name = segmentFileName(golden.baseOffset, 'log')
    await copyFile(join(golden.directory, name), join(directory.path, name))
    await using segment = await open(golden, directory.path)
    await segment.seal()
    for (const kind of ['index', 'timeindex'] as const) {
      const made = await readFile(join(directory.path, segmentFileName(golden.baseOffset, kind)))
      expect(made, kind).toEqual(await readGolden(golden, kind))
    }
  })

  test('written again batch by batch, all its files are Kafka’s', async () => {
    await using directory = await makeTempDirectory()
    await using original = await open(golden, golden.directory)
    const run = await original.read(golden.baseOffset, NO_LIMITS)
    const options = await goldenOptions(golden)
    await using segment = await Segment.create(NODE_DISK, directory.path, options)
    let at = 0
    for (const header of run.headers) {
      const bytes = run.bytes.subarray(at, at + header.sizeInBytes)
      await segment.write(segment.bytes, [{ bytes, header }])
      at += header.sizeInBytes
    }
    await segment.seal()
    await segment.sync()
    for (const kind of ['log', 'index', 'timeindex'] as const) {
      const made = await readFile(join(directory.path, segmentFileName(golden.baseOffset, kind)))
      expect(made, kind).toEqual(await readGolden(golden, kind))
    }
  })

  test('every offset leads to the first batch that ends at or after it', async () => {
    await using segment = await open(golden, golden.directory)
    const { headers } = await segment.read(golden.baseOffset, NO_LIMITS)
    for (let offset = golden.baseOffset; offset < golden.nextOffset; offset++) {
      // Another one each time: this one must find its way without having read before.
      await using fresh = await open(golden, golden.directory)
      const expected = headers.filter((header) => header.lastOffset >= offset)
      const found = await fresh.read(offset, { ...NO_LIMITS, maxBytes: 1 })
      expect(found.headers).toEqual(expected.slice(0, 1))
      const all = await fresh.read(offset, NO_LIMITS)
      expect(all.headers).toEqual(expected)
    }
  })
})

async function open(golden: GoldenSegment, directory: string): Promise<Segment> {
  return Segment.open(NODE_DISK, directory, await goldenOptions(golden))
}
