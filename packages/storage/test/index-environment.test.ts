import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Offset } from '@millrace/model/offset'
import { seededRandom } from '@millrace/testing/seeded-random'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { IndexEnvironment } from '../src/index-environment.ts'
import type { TableEntry } from '../src/index-table.ts'
import { isSafeToMap } from '../src/lmdb-header.ts'

const OWNER = 'this data directory'
const KEYS = Array.from({ length: 300 }, (_, index) => `key-${String(index).padStart(4, '0')}`)

function openIndex(directory: string, owner = OWNER) {
  return IndexEnvironment.open(NODE_DISK, directory, {
    owner,
    tables: ['one', 'two'],
  })
}

/** A closed index with 300 keys in one table. */
async function makeIndex(directory: string): Promise<void> {
  const index = await openIndex(directory)
  const changes = new Map(KEYS.map((key) => [key, Buffer.from(`value of ${key}`)]))
  const position = { nextOffset: 300 as Offset, batchCrc: 7 }
  await index.transaction(() => index.table('one').write(changes, position))
  await index.close()
}

async function contentsOf(directory: string, owner = OWNER) {
  const index = await openIndex(directory, owner)
  const entries = [...index.table('one').entries({})]
  const position = index.table('one').position()
  await index.close()
  return {
    note: index.note,
    position,
    entries: entries.map(({ key, value }) => `${key}=${String(value)}`),
  }
}

function beginToFill(index: IndexEnvironment, rows: readonly TableEntry[]): Promise<void> {
  return index.transaction(() => index.table('two').fill(rows))
}

const WHOLE = KEYS.map((key) => `${key}=value of ${key}`)

describe('an index', () => {
  test('has after the next open what was written to it', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    const { note, entries, position } = await contentsOf(directory.path)
    expect(note).toBeUndefined()
    expect(entries).toEqual(WHOLE)
    expect(position).toMatchObject({ nextOffset: 300, batchCrc: 7, count: 300 })
  })

  test('keeps count of its keys and their checksums through puts, overwrites and removals', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    const index = await openIndex(directory.path)
    const table = index.table('one')
    const changes = new Map<string, Buffer | null>([
      ['key-0000', null],
      ['key-0001', Buffer.from('another value')],
      ['key-9999', Buffer.from('new')],
      ['never there', null],
    ])
    await index.transaction(() => table.write(changes, { nextOffset: 304 as Offset, batchCrc: 8 }))
    const { count, checksum } = table.position()!
    expect({ count, checksum }).toEqual(table.measure())
    expect(count).toBe(300)
    await index.close()
  })

  test('shows one moment to a snapshot, whatever is written meanwhile', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    const index = await openIndex(directory.path)
    const table = index.table('one')
    await index.withSnapshot(async (snapshot) => {
      const changes = new Map(KEYS.map((key) => [key, null]))
      await index.transaction(() =>
        table.write(changes, { nextOffset: 600 as Offset, batchCrc: 9 }),
      )
      expect([...table.entries({ snapshot })]).toHaveLength(300)
      expect(table.position(snapshot)?.nextOffset).toBe(300)
      expect([...table.entries({})]).toHaveLength(0)
    })
    await index.close()
  })

  test('of another data directory is not used', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    const { note, entries } = await contentsOf(directory.path, 'another data directory')
    expect(note).toContain('another data directory')
    expect(entries).toEqual([])
  })

  test('that the last start did not survive reading is made again', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    await writeFile(join(directory.path, 'opening'), '')
    const { note, entries } = await contentsOf(directory.path)
    expect(note).toContain('did not get through')
    expect(entries).toEqual([])
  })

  // What else can be flipped may kill the process: the attack damaged-lmdb does that in one of its own.
  test('with any byte of its keys and values flipped is whole, or is noticed and empty', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    const data = join(directory.path, 'data.mdb')
    const sound = await readFile(data)
    const random = seededRandom(20_261_122)
    let noticed = 0
    for (let round = 0; round < 60; round++) {
      const at = random.pick(rowsIn(sound)) + random.below(ROW)
      const flipped = Buffer.from(sound)
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << random.below(8)), at)
      await rm(join(directory.path, 'lock.mdb'), { force: true })
      await writeFile(data, flipped)
      const { note, entries, position } = await contentsOf(directory.path)
      if (position === undefined) noticed++
      expect(entries, `byte ${at}: ${note}`).toEqual(position === undefined ? [] : WHOLE)
    }
    expect(noticed).toBeGreaterThan(0)
  })

  test('whose way to a key is wrong, though all of its entries are there, is noticed', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    const data = join(directory.path, 'data.mdb')
    const sound = await readFile(data)
    let noticed = 0
    for (const at of separatorsIn(sound)) {
      for (let bit = 0; bit < 5; bit++) {
        const flipped = Buffer.from(sound)
        flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at)
        await writeFile(data, flipped)
        const index = await openIndex(directory.path)
        const found = KEYS.filter((key) => index.table('one').get(key) !== undefined)
        if (index.note !== undefined) noticed++
        expect(found, `byte ${at}, bit ${bit}`).toEqual(index.note === undefined ? KEYS : [])
        await index.close()
      }
    }
    expect(noticed).toBeGreaterThan(0)
  })

  test('with a table that has rows and no position is made again, not taken for an empty one', async () => {
    await using directory = await makeTempDirectory()
    const index = await openIndex(directory.path)
    await beginToFill(index, [{ key: 'key-0000', value: Buffer.from('of nobody knows when') }])
    await index.close()
    const again = await openIndex(directory.path)
    expect(again.note).toContain('two was not filled to its end')
    expect([...again.table('two').entries({})]).toEqual([])
    await again.close()
  })

  test('is written to at every start, before it is trusted', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    const before = await readFile(join(directory.path, 'data.mdb'))
    const index = await openIndex(directory.path)
    await index.close()
    expect(await readFile(join(directory.path, 'data.mdb'))).not.toEqual(before)
  })

  test('cut short at any page, or emptied, is noticed before it can kill the process', async () => {
    await using directory = await makeTempDirectory()
    await makeIndex(directory.path)
    const data = join(directory.path, 'data.mdb')
    const sound = await readFile(data)
    expect(await isSafeToMap(NODE_DISK, data)).toBe(true)
    for (let size = 0; size < sound.length; size += 2_048) {
      await writeFile(data, sound)
      await truncate(data, size)
      expect(await isSafeToMap(NODE_DISK, data), `cut at ${size}`).toBe(false)
      const { note, entries } = await contentsOf(directory.path)
      expect(note).toContain('cut short')
      expect(entries).toEqual([])
    }
  })
})

/** The last bytes of the keys in the pages that lead to others. */
function separatorsIn(bytes: Buffer): readonly number[] {
  const FLAGS_AT = 18
  const BRANCH = 1
  const places: number[] = []
  for (let at = bytes.indexOf('key-'); at !== -1; at = bytes.indexOf('key-', at + 1)) {
    const page = at - (at % PAGE)
    if (bytes.readUInt16LE(page + FLAGS_AT) === BRANCH) places.push(at + 6, at + 7)
  }
  return places
}

/** Where the keys of rows begin: `key-0000`, four bytes of a checksum, `value of key-0000`. */
function rowsIn(bytes: Buffer): readonly [number, ...number[]] {
  const places: number[] = []
  for (let at = bytes.indexOf(VALUE); at !== -1; at = bytes.indexOf(VALUE, at + 1)) {
    places.push(at + VALUE.length + 8 - ROW)
  }
  const [first = 0, ...others] = places
  return [first, ...others]
}

const PAGE = 4_096
const VALUE = 'value of '
const ROW = 29
