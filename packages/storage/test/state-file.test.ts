import { readdir, readFile, writeFile } from 'node:fs/promises'
import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Offset } from '@millrace/model/offset'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checksumOf,
  EMPTY_TABLE,
  plus,
  type TableEntry,
  type TablePosition,
} from '../src/index-table.ts'
import {
  isStateFileSound,
  listStateFiles,
  readStateFile,
  stateFilePath,
  writeStateFile,
} from '../src/state-file.ts'

const entriesOfAnySize: fc.Arbitrary<TableEntry[]> = fc
  .uniqueArray(fc.stringMatching(/^[!-~]{1,30}$/), { maxLength: 30 })
  .chain((keys) => fc.tuple(...keys.map((key) => fc.uint8Array().map((value) => ({ key, value })))))

function positionOf(entries: readonly TableEntry[], nextOffset: Offset): TablePosition {
  let sum = EMPTY_TABLE
  for (const { key, value } of entries) sum = plus(sum, checksumOf(key, value))
  return { ...sum, nextOffset, batchCrc: 0xdead_beef }
}

async function readAll(directory: string, nextOffset: Offset) {
  const entries: TableEntry[] = []
  const reader = readStateFile(NODE_DISK, directory, nextOffset)
  for (;;) {
    const step = await reader.next()
    if (step.done === true) return { entries: entries.map(plain), position: step.value }
    entries.push(...step.value)
  }
}

/** Values without the buffer that they are views on. */
function plain({ key, value }: TableEntry) {
  return { key, value: [...value] }
}

describe('a state file', () => {
  test('gives back every entry, and the position that it was written under', async () => {
    await using directory = await makeTempDirectory()
    let next = 0
    await fc.assert(
      fc.asyncProperty(entriesOfAnySize, async (entries) => {
        const nextOffset = next++ as Offset
        const position = positionOf(entries, nextOffset)
        const isWhole = await writeStateFile(NODE_DISK, directory.path, entries, position)
        expect(isWhole).toBe(true)
        const read = await readAll(directory.path, nextOffset)
        expect(read).toEqual({ entries: entries.map(plain), position })
      }),
      { numRuns: 30 },
    )
  })

  test('that would not hold what the index says it holds is not made', async () => {
    await using directory = await makeTempDirectory()
    const entries = [{ key: 'a', value: Buffer.from('1') }]
    const position = { ...positionOf(entries, 1 as Offset), count: 2 }
    expect(await writeStateFile(NODE_DISK, directory.path, entries, position)).toBe(false)
    expect(await readdir(directory.path)).toEqual([])
  })

  test('takes the place of one that a crash left unfinished', async () => {
    await using directory = await makeTempDirectory()
    await writeFile(`${stateFilePath(directory.path, 1 as Offset)}.tmp`, 'half')
    const entries = [{ key: 'a', value: Buffer.from('1') }]
    await writeStateFile(NODE_DISK, directory.path, entries, positionOf(entries, 1 as Offset))
    expect(await isStateFileSound(NODE_DISK, directory.path, 1 as Offset)).toBe(true)
    expect(await readdir(directory.path)).toEqual(['00000000000000000001.state'])
  })

  test('with any byte flipped, or cut anywhere, is not believed', async () => {
    await using directory = await makeTempDirectory()
    const entries = ['a', 'b'].map((key) => ({ key, value: Buffer.from(`value of ${key}`) }))
    const nextOffset = 7 as Offset
    await writeStateFile(NODE_DISK, directory.path, entries, positionOf(entries, nextOffset))
    const path = stateFilePath(directory.path, nextOffset)
    const whole = await readFile(path)
    // The base offset and the leader epoch of a batch lie outside its CRC, but not outside the file's.
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole)
      flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at)
      await writeFile(path, flipped)
      const isSound = await isStateFileSound(NODE_DISK, directory.path, nextOffset)
      expect(isSound, `byte ${at}`).toBe(false)
      await writeFile(path, whole.subarray(0, at))
      const isCutSound = await isStateFileSound(NODE_DISK, directory.path, nextOffset)
      expect(isCutSound, `cut at ${at}`).toBe(false)
    }
  })

  test('is listed newest first, among files that are none', async () => {
    await using directory = await makeTempDirectory()
    for (const name of ['00000000000000000009.state', '00000000000000000120.state']) {
      await writeFile(`${directory.path}/${name}`, '')
    }
    await writeFile(`${directory.path}/00000000000000000000.log`, '')
    await writeFile(`${directory.path}/00000000000000000500.state.tmp`, '')
    expect(await listStateFiles(NODE_DISK, directory.path)).toEqual([120, 9])
  })
})
