import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contents, openState, put } from './open-state.ts'

describe('the state of an internal topic', () => {
  test('is what was appended, before LMDB has it, after, and after a restart', async () => {
    await using directory = await makeTempDirectory()
    {
      await using opened = await openState(directory.path)
      const { state, index } = opened
      await state.append([put('b', '1'), put('a', '2'), put('c', '3')])
      await state.append([put('b', null), put('c', '4')])
      expect(contents(state)).toEqual(['a=2', 'c=4'])
      await index.write()
      expect(contents(state)).toEqual(['a=2', 'c=4'])
      await state.append([put('a', null), put('d', '5')])
      expect(contents(state)).toEqual(['c=4', 'd=5'])
      expect(state.get('a')).toBeUndefined()
    }
    await using again = await openState(directory.path)
    expect(contents(again.state)).toEqual(['c=4', 'd=5'])
    expect(again.index.notes).toEqual([])
  })

  test('is read in ranges that join memory and LMDB, whatever was written when', async () => {
    await using directory = await makeTempDirectory()
    await using opened = await openState(directory.path)
    const { state, index } = opened
    const model = new Map<string, string>()
    const keys = fc.constantFrom('a', 'a 1', 'a 2', 'ab', 'b 1', 'b 2', 'c')
    const changes = fc.array(fc.tuple(keys, fc.option(fc.string({ maxLength: 3 }))), {
      minLength: 1,
      maxLength: 6,
    })
    const query = fc.record({
      prefix: fc.constantFrom('', 'a', 'a ', 'b '),
      after: fc.option(keys, { nil: undefined }),
      limit: fc.integer({ min: 1, max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), query, async (some, isWritten, wanted) => {
        await state.append(some.map(([key, value]) => put(key, value)))
        for (const [key, value] of some) {
          if (value === null) model.delete(key)
          else model.set(key, value)
        }
        if (isWritten) await index.write()
        const { prefix, after, limit } = wanted
        const expected = [...model.keys()]
          .filter((key) => key.startsWith(prefix) && key > (after ?? ''))
          .sort()
          .slice(0, limit)
        const range = after === undefined ? { prefix, limit } : { prefix, limit, after }
        const found = state.range(range)
        expect(found.map(({ key }) => key)).toEqual(expected)
        for (const { key, value } of found) expect(String(value)).toBe(model.get(key))
      }),
      { numRuns: 150 },
    )
  })

  test('changes together with other logs, or not at all', async () => {
    await using directory = await makeTempDirectory()
    await using opened = await openState(directory.path)
    const { state, storage } = opened
    const unknown = { kind: 'remove', log: storage.allocateLogId() } as const
    await expect(state.append([put('a', '1')], [unknown])).rejects.toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }),
    )
    expect(contents(state)).toEqual([])
    await state.append([put('a', '2')])
    expect(contents(state)).toEqual(['a=2'])
  })

  test('of many at once is applied in the order of the log', async () => {
    await using directory = await makeTempDirectory()
    await using opened = await openState(directory.path)
    const appends = Array.from({ length: 200 }, (_, index) =>
      opened.state.append([put('last', `${index}`), put(`key ${index}`, 'x')]),
    )
    await Promise.all(appends)
    expect(String(opened.state.get('last'))).toBe('199')
    expect(contents(opened.state, 'key ')).toHaveLength(200)
  })

  test('reaches LMDB within a second, in one transaction, and only when there is something', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock()
    await using opened = await openState(directory.path, clock)
    const { state } = opened
    await state.append([put('a', '1')])
    await state.append([put('b', '2')])
    expect(state.unwrittenCount).toBe(2)
    clock.advance(1_000)
    await expect.poll(() => state.unwrittenCount).toBe(0)
    expect(contents(state)).toEqual(['a=1', 'b=2'])
  })
})

describe('an index that is not that of its log', () => {
  const INDEX = 'index/data.mdb'

  test('but of an earlier time has what it lacks applied', async () => {
    await using directory = await makeTempDirectory()
    const data = join(directory.path, INDEX)
    {
      await using opened = await openState(directory.path)
      await opened.state.append([put('a', '1')])
    }
    const earlier = await readFile(data)
    {
      await using opened = await openState(directory.path)
      await opened.state.append([put('b', '2'), put('a', null)])
    }
    await writeFile(data, earlier)
    await using again = await openState(directory.path)
    expect(contents(again.state)).toEqual(['b=2'])
    expect(again.index.notes).toEqual([])
  })

  test('but ahead of it is made again, and the loss is told', async () => {
    await using directory = await makeTempDirectory()
    await using copy = await makeTempDirectory()
    {
      await using opened = await openState(directory.path)
      await opened.state.append([put('a', '1')])
    }
    // The log goes back to this; the index does not.
    await cp(directory.path, copy.path, { recursive: true })
    {
      await using opened = await openState(directory.path)
      await opened.state.append([put('b', '2')])
    }
    const ahead = await readFile(join(directory.path, INDEX))
    await writeFile(join(copy.path, INDEX), ahead)
    await using again = await openState(copy.path)
    expect(contents(again.state)).toEqual(['a=1'])
    expect(again.index.notes.join()).toContain('ahead of its log, which has lost 1 records')
  })

  test('but of another history of the same length is made again', async () => {
    await using directory = await makeTempDirectory()
    await using copy = await makeTempDirectory()
    {
      await using opened = await openState(directory.path)
      await opened.state.append([put('a', '1')])
    }
    await cp(directory.path, copy.path, { recursive: true })
    for (const [path, key] of [
      [directory.path, 'b'],
      [copy.path, 'c'],
    ] as const) {
      await using opened = await openState(path)
      await opened.state.append([put(key, '2')])
    }
    await writeFile(join(copy.path, INDEX), await readFile(join(directory.path, INDEX)))
    await using again = await openState(copy.path)
    expect(contents(again.state)).toEqual(['a=1', 'c=2'])
    expect(again.index.notes.join()).toContain('another log')
  })
})

describe('a state file', () => {
  const STATE = 'topics/__state-0'

  async function stateFiles(directory: string): Promise<readonly string[]> {
    const names = await readdir(join(directory, STATE))
    return names.filter((name) => name.endsWith('.state'))
  }

  /** Two state files, records after each, and a log that begins at the older. */
  async function makeTrimmed(directory: string): Promise<void> {
    await using opened = await openState(directory)
    const { state, index, storage } = opened
    await state.append([put('a', '1'), put('b', '2')])
    const older = await index.writeStateFile(state)
    await state.append([put('a', null), put('c', '3')])
    await index.writeStateFile(state)
    await state.append([put('d', '4')])
    await storage.append([{ kind: 'logStart', log: state.log.id, logStartOffset: older! }])
  }

  test('and the records after it are the state, when the index and the records before are gone', async () => {
    await using directory = await makeTempDirectory()
    await makeTrimmed(directory.path)
    expect(await stateFiles(directory.path)).toEqual([
      '00000000000000000002.state',
      '00000000000000000004.state',
    ])
    await rm(join(directory.path, 'index'), { recursive: true })
    await using again = await openState(directory.path)
    expect(contents(again.state)).toEqual(['b=2', 'c=3', 'd=4'])
    expect(again.index.notes).toEqual([])
  })

  test('that is damaged gives way to the one before it', async () => {
    await using directory = await makeTempDirectory()
    await makeTrimmed(directory.path)
    await rm(join(directory.path, 'index'), { recursive: true })
    const path = join(directory.path, STATE, '00000000000000000004.state')
    const bytes = await readFile(path)
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100)
    await writeFile(path, bytes)
    await using again = await openState(directory.path)
    expect(contents(again.state)).toEqual(['b=2', 'c=3', 'd=4'])
  })

  test('missing where the log does not go back far enough is told as a loss', async () => {
    await using directory = await makeTempDirectory()
    await makeTrimmed(directory.path)
    await rm(join(directory.path, 'index'), { recursive: true })
    for (const name of await stateFiles(directory.path)) {
      await rm(join(directory.path, STATE, name))
    }
    await using again = await openState(directory.path)
    expect(contents(again.state)).toEqual(['c=3', 'd=4'])
    expect(again.index.notes.join()).toContain('Records 0 to 1')
  })
})
