import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { checkPartition } from '@millrace/log/check'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { applyRepair, type LostOffsets, planRepair, type RepairPlan } from '../src/repair.ts'
import { append, batches, copyAsKilled, createLog, openStore, valuesOf } from './open-store.ts'

const PAGE = 4096
const SEGMENT = '00000000000000000000.log'

interface Damaged extends AsyncDisposable {
  readonly directory: string
  readonly journal: string
  /** Of the first entry after the checkpoint. */
  readonly position: number
}

/** `a` to `d` in `t-0` and `t-1`; the checkpoint has the first `checkpointed` of them. Killed, not closed. */
async function kill(checkpointed: number): Promise<Damaged> {
  const temporary = await makeTempDirectory()
  const living = join(temporary.path, 'living')
  const directory = join(temporary.path, 'killed')
  const storage = await openStore(living)
  const [one, other] = [await createLog(storage, 't-0'), await createLog(storage, 't-1')]
  for (const [index, value] of ['a', 'b', 'c', 'd'].entries()) {
    if (index === checkpointed) await storage.checkpoint()
    await append(storage, batches(one, value), batches(other, value))
  }
  if (checkpointed === 4) await storage.checkpoint()
  await copyAsKilled(living, directory)
  await storage.close()
  const journal = join(directory, 'journal', '0.journal')
  const checkpoint = await readFile(join(directory, 'checkpoint'), 'utf8')
  const position = Number(/"position":(\d+)/.exec(checkpoint)?.[1])
  const dispose = () => temporary[Symbol.asyncDispose]()
  return { directory, journal, position, [Symbol.asyncDispose]: dispose }
}

const segmentOf = ({ directory }: Damaged, name: string) => join(directory, 'topics', name, SEGMENT)

async function change(path: string, edit: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(path)
  edit(bytes)
  await writeFile(path, bytes)
}

const turnByte = (path: string, at: number) =>
  change(path, (bytes) => bytes.writeUInt8((bytes[at] ?? 0) ^ 0xff, at))

/** Plans, applies, and sees that nothing is left to do and that no check finds damage. */
async function repair({ directory }: Damaged): Promise<RepairPlan> {
  const plan = await planRepair(NODE_DISK, directory)
  await applyRepair(NODE_DISK, plan)
  expect((await planRepair(NODE_DISK, directory)).problems).toEqual([])
  for (const { directory: partition } of plan.logs) {
    for await (const event of checkPartition(NODE_DISK, partition, { gaps: false })) {
      if (event.kind === 'finding') expect(event.severity, event.message).toBe('note')
    }
  }
  return plan
}

const lostIn = (plan: RepairPlan) =>
  plan.partitions.flatMap(({ name, lost }) => lost.map(({ from, to }) => ({ name, from, to })))

async function valuesIn({ directory }: Damaged): Promise<readonly (readonly string[])[]> {
  await using storage = await openStore(directory)
  return await Promise.all([...storage.logs()].map((log) => valuesOf(log)))
}

test.each([0, 2, 4])(
  'a killed store with %i of four in its checkpoint calls for nothing',
  async (count) => {
    await using killed = await kill(count)
    const plan = await planRepair(NODE_DISK, killed.directory)
    expect(plan.problems).toEqual([])
    expect(await applyRepair(NODE_DISK, plan)).toEqual([])
  },
)

describe('a damaged entry of the journal', () => {
  // Header, CRC of the items, an item's header, a record: each spoils the entry.
  test.each([0, 20, 36, 70, 130])(
    'byte %i: what later entries have is kept, what it had is named',
    async (at) => {
      await using killed = await kill(1)
      await turnByte(killed.journal, killed.position + PAGE + at)
      await expect(openStore(killed.directory)).rejects.toThrow('damaged')
      const plan = await repair(killed)
      expect(lostIn(plan)).toEqual([
        { name: 't-0', from: 2, to: 2 },
        { name: 't-1', from: 2, to: 2 },
      ])
      expect(plan.problems[0]).toMatchObject({
        path: killed.journal,
        position: killed.position + PAGE,
      })
      expect(await valuesIn(killed)).toEqual([
        ['a', 'b', 'd'],
        ['a', 'b', 'd'],
      ])
    },
  )

  test('what only it had is named, too, and its offsets are not given again', async () => {
    await using temporary = await makeTempDirectory()
    const [living, directory] = [join(temporary.path, 'living'), join(temporary.path, 'killed')]
    const storage = await openStore(living)
    const [one, other] = [await createLog(storage, 't-0'), await createLog(storage, 't-1')]
    await storage.checkpoint()
    await append(storage, batches(one, 'a', 'b'), batches(other, 'a'))
    await append(storage, batches(other, 'b'))
    await copyAsKilled(living, directory)
    await storage.close()
    const checkpoint = await readFile(join(directory, 'checkpoint'), 'utf8')
    const position = Number(/"position":(\d+)/.exec(checkpoint)?.[1])
    // The last byte of its last item: the items' CRC is wrong.
    const journal = join(directory, 'journal', '0.journal')
    const length = (await readFile(journal)).readUInt32BE(position + 32)
    await turnByte(journal, position + 64 + length - 1)
    const plan = await planRepair(NODE_DISK, directory)
    expect(lostIn(plan)).toEqual([
      { name: 't-0', from: 0, to: 1 },
      { name: 't-1', from: 0, to: 0 },
    ])
    await applyRepair(NODE_DISK, plan)
    await using again = await openStore(directory)
    expect([...again.logs()].map((log) => log.logEndOffset)).toEqual([2, 2])
  })

  test.each([20, 40, 110])(
    'byte %i: a partition that it created, and that goes on, is created again',
    async (at) => {
      await using temporary = await makeTempDirectory()
      const [living, directory] = [join(temporary.path, 'living'), join(temporary.path, 'killed')]
      const storage = await openStore(living)
      await storage.checkpoint()
      const log = await createLog(storage, 't-0')
      await append(storage, batches(log, 'a'))
      await append(storage, batches(log, 'b'))
      await copyAsKilled(living, directory)
      await storage.close()
      const checkpoint = await readFile(join(directory, 'checkpoint'), 'utf8')
      const position = Number(/"position":(\d+)/.exec(checkpoint)?.[1])
      await turnByte(join(directory, 'journal', '0.journal'), position + at)
      const plan = await planRepair(NODE_DISK, directory)
      expect(lostIn(plan)).toEqual([])
      expect(plan.unplaced).toEqual([])
      await applyRepair(NODE_DISK, plan)
      await using again = await openStore(directory)
      const logs = [...again.logs()]
      expect(logs.map(({ id, name }) => [id, name])).toEqual([[log.id, 't-0']])
      expect(await Promise.all(logs.map((each) => valuesOf(each)))).toEqual([['a', 'b']])
    },
  )

  test('its bytes are set aside', async () => {
    await using killed = await kill(1)
    const at = killed.position + PAGE
    await turnByte(killed.journal, at + 70)
    const bad = (await readFile(killed.journal)).subarray(at, at + PAGE)
    const plan = await planRepair(NODE_DISK, killed.directory)
    const kept = await applyRepair(NODE_DISK, plan)
    const copy = kept.find((path) => path.includes('0.journal'))
    expect(await readFile(copy ?? '')).toEqual(bad)
  })

  test('nothing is changed by planning', async () => {
    await using killed = await kill(1)
    await turnByte(killed.journal, killed.position + PAGE + 70)
    const before = await everyFile(killed.directory)
    await planRepair(NODE_DISK, killed.directory)
    expect(await everyFile(killed.directory)).toEqual(before)
  })
})

describe('a damaged segment', () => {
  test.each([
    ['a byte of the first batch', (bytes: Buffer) => bytes.writeUInt8(0xff, 65), [0, 0]],
    ['a byte of a base offset', (bytes: Buffer) => bytes.writeUInt8(9, 7), [0, 0]],
    ['all of it', (bytes: Buffer) => bytes.fill(0), [0, 3]],
  ] as const)('%s: exactly that is lost', async (_, edit, [from, to]) => {
    await using killed = await kill(4)
    await change(segmentOf(killed, 't-0'), edit)
    const plan = await repair(killed)
    expect(lostIn(plan)).toEqual([{ name: 't-0', from, to }])
    const [first, second] = await valuesIn(killed)
    expect(first).toEqual(['a', 'b', 'c', 'd'].filter((_value, at) => at < from || at > to))
    expect(second).toEqual(['a', 'b', 'c', 'd'])
  })

  test('cut short: what is left stays, and no offset is given again', async () => {
    await using killed = await kill(4)
    const path = segmentOf(killed, 't-1')
    await truncate(path, (await readFile(path)).length - 5)
    expect(lostIn(await repair(killed))).toEqual([{ name: 't-1', from: 3, to: 3 }])
    await using storage = await openStore(killed.directory)
    const [, log] = [...storage.logs()]
    expect(log?.logEndOffset).toBe(4)
  })

  test('gone: every offset is spanned, and the log goes on after them', async () => {
    await using killed = await kill(4)
    await rm(join(killed.directory, 'topics', 't-0'), { recursive: true })
    expect(lostIn(await repair(killed))).toEqual([{ name: 't-0', from: 0, to: 3 }])
    await using storage = await openStore(killed.directory)
    const [log] = [...storage.logs()]
    const [outcome] = await append(storage, batches(log!, 'e'))
    expect(outcome?.baseOffset).toBe(4)
  })

  test('what the journal still has is taken from there', async () => {
    await using killed = await kill(2)
    await change(segmentOf(killed, 't-0'), (bytes) => bytes.writeUInt8(0xff, 65))
    expect(lostIn(await repair(killed))).toEqual([{ name: 't-0', from: 0, to: 0 }])
    expect(await valuesIn(killed)).toEqual([
      ['b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
    ])
  })
})

describe('a log of several segments', () => {
  async function killRolled(temporary: string): Promise<string> {
    const [living, directory] = [join(temporary, 'living'), join(temporary, 'killed')]
    const storage = await openStore(living)
    const log = await createLog(storage, 't-0', { segmentBytes: 400 })
    for (let value = 0; value < 20; value++) {
      await append(storage, batches(log, `value ${value}`))
      if (value === 12) await storage.checkpoint()
    }
    await copyAsKilled(living, directory)
    await storage.close()
    return directory
  }

  const isLost = (lost: readonly LostOffsets[], offset: number) =>
    lost.some(({ from, to }) => offset >= from && offset <= to)

  test.each([0, 1, 2])(
    'segment %i zeroed, cut or gone: what it had is lost, and nothing else',
    async (index) => {
      const ways = [
        (path: string) => change(path, (bytes) => bytes.fill(0, 0, 100)),
        (path: string) => truncate(path, 90),
        (path: string) => rm(path),
      ]
      for (const way of ways) {
        await using temporary = await makeTempDirectory()
        const directory = await killRolled(temporary.path)
        const partition = join(directory, 'topics', 't-0')
        const names = (await readdir(partition)).filter((name) => name.endsWith('.log')).toSorted()
        await way(join(partition, names[index]!))
        const plan = await planRepair(NODE_DISK, directory)
        await applyRepair(NODE_DISK, plan)
        expect((await planRepair(NODE_DISK, directory)).problems).toEqual([])
        const lost = plan.partitions.flatMap((each) => each.lost)
        expect(lost.length).toBeGreaterThan(0)
        await using storage = await openStore(directory)
        const [log] = [...storage.logs()]
        const wanted = Array.from({ length: 20 }, (_, offset) => offset).filter(
          (offset) => !isLost(lost, offset),
        )
        expect(await valuesOf(log!)).toEqual(wanted.map((offset) => `value ${offset}`))
        expect(log?.logEndOffset).toBe(20)
      }
    },
  )
})

test('without its first journal slot, what the checkpoint covers is there', async () => {
  await using killed = await kill(2)
  await rm(killed.journal)
  await repair(killed)
  expect(await valuesIn(killed)).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
})

async function everyFile(directory: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(path, (await readFile(path)).toString('latin1'))
  }
  return files
}
