import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { kill, PAGE } from './killed-store.ts'
import { copyAsKilled, expectFailure, openStore, valuesOf } from './open-store.ts'

async function turnByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at] = (bytes[at] ?? 0) ^ 0xff
  await writeFile(path, bytes)
}

async function valuesIn(directory: string): Promise<readonly (readonly string[])[]> {
  await using storage = await openStore(directory)
  return await Promise.all([...storage.logs()].map((log) => valuesOf(log)))
}

test('after a kill every entry is replayed, and the report says so', async () => {
  await using killed = await kill()
  await using storage = await openStore(killed.directory)
  expect(storage.recovery).toMatchObject({ wasClean: false, replayedEntries: 3, setAside: [] })
  expect(storage.recovery.replayedBytes).toBe(3 * PAGE)
  const values = await Promise.all([...storage.logs()].map((log) => valuesOf(log)))
  expect(values).toEqual([
    ['a', 'b', 'c', 'd'],
    ['b', 'c', 'd'],
  ])
})

test('whichever byte of the last entry is wrong, it is dropped whole, as torn', async () => {
  await using killed = await kill()
  const last = killed.position + 2 * PAGE
  const whole = await readFile(killed.journal)
  const length = 64 + whole.readUInt32BE(last + 32)
  for (let at = 0; at < length; at += 7) {
    await writeFile(killed.journal, whole)
    await turnByte(killed.journal, last + at)
    const copy = `${killed.directory}-${at}`
    await copyAsKilled(killed.directory, copy)
    expect(await valuesIn(copy), `byte ${at}`).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ])
  }
})

test('whichever byte of the last header is wrong, what is left of its entry is set aside', async () => {
  await using killed = await kill()
  const last = killed.position + 2 * PAGE
  const whole = await readFile(killed.journal)
  const LENGTH_AT = 32
  for (let at = 0; at < 64; at++) {
    await writeFile(killed.journal, whole)
    await turnByte(killed.journal, last + at)
    const torn = (await readFile(killed.journal)).subarray(last, last + PAGE)
    const copy = `${killed.directory}-${at}`
    await copyAsKilled(killed.directory, copy)
    await using storage = await openStore(copy)
    const [path = 'nothing'] = storage.recovery.setAside
    const aside = await readFile(path)
    const isLengthKnown = at < LENGTH_AT || at >= LENGTH_AT + 4
    expect(isLengthKnown ? aside : aside.subarray(0, PAGE), `byte ${at}`).toEqual(torn)
  }
})

test('what is left of a torn entry is set aside, and reported', async () => {
  await using killed = await kill()
  const last = killed.position + 2 * PAGE
  await turnByte(killed.journal, last + 100)
  const torn = (await readFile(killed.journal)).subarray(last, last + PAGE)
  await using storage = await openStore(killed.directory)
  const [path] = storage.recovery.setAside
  expect(await readFile(path ?? '')).toEqual(torn)
})

test('an entry before the last is damaged, whichever of its bytes is wrong: nothing is opened or changed', async () => {
  await using killed = await kill()
  const second = killed.position + PAGE
  const whole = await readFile(killed.journal)
  const length = 64 + whole.readUInt32BE(second + 32)
  for (let at = 0; at < length; at += 23) {
    await writeFile(killed.journal, whole)
    await turnByte(killed.journal, second + at)
    const before = await everyFile(killed.directory)
    const error = await expectFailure(openStore(killed.directory), 'DATA_DIRECTORY_DAMAGED')
    expect(error.detail, `byte ${at}`).toContain(`0.journal, byte ${second}`)
    expect(await everyFile(killed.directory), `byte ${at}`).toEqual(before)
  }
})

test('a segment that has more than the journal accounts for proves that an entry is missing', async () => {
  // The segments have all three entries; then the last is damaged.
  await using killed = await kill(async (storage) => {
    const checkpointed = join(storage.directory, 'checkpoint')
    const before = await readFile(checkpointed)
    await storage.checkpoint()
    await writeFile(checkpointed, before)
  })
  await turnByte(killed.journal, killed.position + 2 * PAGE + 100)
  const error = await expectFailure(openStore(killed.directory), 'DATA_DIRECTORY_DAMAGED')
  expect(error.detail).toContain('t-0')
})

test.each([
  ['checkpoint', async (path: string) => turnByte(path, 100)],
  ['format.json', async (path: string) => writeFile(path, '{')],
])('a store whose %s is damaged is not opened, and not made anew', async (name, damage) => {
  await using killed = await kill()
  await damage(join(killed.directory, name))
  const before = await everyFile(killed.directory)
  await expectFailure(openStore(killed.directory), 'DATA_DIRECTORY_DAMAGED')
  expect(await everyFile(killed.directory)).toEqual(before)
})

test.each([
  'journal/0.journal',
  'topics/t-0/00000000000000000000.log',
  'checkpoint',
  'format.json',
])('a store without %s is not opened', async (name) => {
  await using killed = await kill()
  await rm(join(killed.directory, name))
  await expectFailure(openStore(killed.directory), 'DATA_DIRECTORY_DAMAGED')
})

test('a directory with anything else in it is not made into a store', async () => {
  await using temporary = await makeTempDirectory()
  await mkdir(join(temporary.path, 'photos'))
  const error = await expectFailure(openStore(temporary.path), 'NOT_A_DATA_DIRECTORY')
  expect(error.detail).toContain('photos')
})

test('a data directory of a newer format is refused', async () => {
  await using temporary = await makeTempDirectory()
  const storage = await openStore(temporary.path)
  await storage.close()
  await writeFile(join(temporary.path, 'format.json'), '{"version":2,"id":"x"}')
  const error = await expectFailure(openStore(temporary.path), 'DATA_DIRECTORY_NEWER')
  expect(error.detail, 'it says what to do').toContain('Start it with the version that wrote it')
})

test('a second opening of the same directory is refused while the first is there', async () => {
  await using temporary = await makeTempDirectory()
  const storage = await openStore(temporary.path)
  await expectFailure(openStore(temporary.path), 'DATA_DIRECTORY_IN_USE')
  await storage.close()
  await (await openStore(temporary.path)).close()
})

/** The bytes of every file but those of the lock. */
async function everyFile(directory: string): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !entry.name.startsWith('LOCK')) found.set(path, await readFile(path))
  }
  return found
}
