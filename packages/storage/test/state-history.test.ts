import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { RetentionClock } from '../src/retention.ts'
import { trimHistory } from '../src/state-history.ts'
import { contents, openState, put, type OpenedState } from './open-state.ts'

const HOUR_MS = 3_600_000
const RECORDS = 100_000

/** As many records as a state file is written for, over a few keys. */
async function appendMany({ state }: OpenedState, clock: ManualClock): Promise<void> {
  for (let first = 0; first < RECORDS; first += 10_000) {
    const records = Array.from({ length: 10_000 }, (_, index) =>
      put(`key ${index % 7}`, `${first + index}`, clock.nowMs()),
    )
    await state.append(records)
  }
}

test('records older than the history go once two state files speak for them, and the state stays', async () => {
  await using directory = await makeTempDirectory()
  const clock = new ManualClock()
  const trusted = new RetentionClock(clock, 0)
  const trim = (opened: OpenedState) =>
    trimHistory(opened.storage, NODE_DISK, trusted, opened.index, {
      state: opened.state,
      historyMs: HOUR_MS,
    })
  const stateFiles = async () => {
    const names = await readdir(join(directory.path, 'topics', '__state-0'))
    return names.filter((name) => name.endsWith('.state')).map((name) => Number(name.slice(0, 20)))
  }
  let expected: readonly string[]
  {
    await using opened = await openState(directory.path, clock)
    const { log } = opened.state
    await appendMany(opened, clock)
    clock.advance(2 * HOUR_MS)
    await trim(opened)
    expect(await stateFiles()).toEqual([RECORDS])
    expect(log.logStartOffset).toBe(0)

    await appendMany(opened, clock)
    await trim(opened)
    // What is older than an hour ends at the first file; the second is above it.
    expect(await stateFiles()).toEqual([RECORDS, 2 * RECORDS])
    expect(log.logStartOffset).toBe(RECORDS)

    await appendMany(opened, clock)
    await trim(opened)
    expect(await stateFiles()).toEqual([2 * RECORDS, 3 * RECORDS])
    expected = contents(opened.state)
    expect(expected).toHaveLength(7)
  }
  await using again = await openState(directory.path, clock)
  expect(contents(again.state)).toEqual(expected)
  expect(again.index.notes).toEqual([])
}, 30_000)

test('nothing goes while the history is to be kept, or the clock is not to be trusted', async () => {
  await using directory = await makeTempDirectory()
  const clock = new ManualClock()
  await using opened = await openState(directory.path, clock)
  const { storage, index, state } = opened
  const trusted = new RetentionClock(clock, 0)
  await appendMany(opened, clock)
  await index.writeStateFile(state)
  await state.append([put('one more', 'x', clock.nowMs())])
  await index.writeStateFile(state)
  clock.jumpTo(clock.nowMs() + 1_000 * HOUR_MS)
  await trimHistory(storage, NODE_DISK, trusted, index, { state, historyMs: HOUR_MS })
  clock.advance(2 * HOUR_MS)
  const settled = new RetentionClock(clock, 0)
  clock.advance(HOUR_MS)
  await trimHistory(storage, NODE_DISK, settled, index, { state, historyMs: -1 })
  expect(state.log.logStartOffset).toBe(0)
  await trimHistory(storage, NODE_DISK, settled, index, { state, historyMs: HOUR_MS })
  expect(state.log.logStartOffset).toBe(RECORDS)
}, 30_000)
