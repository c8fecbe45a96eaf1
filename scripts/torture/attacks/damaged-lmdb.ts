import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { seededRandom } from '@millrace/testing/seeded-random'
import type { Attack } from '../attack.ts'
import { copyFiles, type FileCopies, pasteFiles } from '../damage/file-copies.ts'
import type { IndexTrial } from '../damage/index-child.ts'
import { harmIndex, type OtherIndexes } from '../damage/index-harm.ts'
import { judgeIndex } from '../damage/index-judge.ts'
import {
  type BrokerState,
  commitAtRandom,
  fillBroker,
  openStateBroker,
  stateOf,
} from '../damage/state-broker.ts'

export const damagedLmdb: Attack = {
  name: 'damaged-lmdb',
  about:
    'The LMDB files of the index: cut at every size in steps of 1 KiB, emptied, removed, older, of another directory, ' +
    'with bits flipped and pages exchanged. Topics and committed offsets are right in the next three lives, in which ' +
    'more is committed. Where LMDB kills the process, the third at the latest starts and goes on.',
  cases: 'data directories with a harmed index',
  target: 2_000,
  share: 8,
  async tryCase(seed, directory) {
    sample ??= await makeSample(directory)
    const data = join(directory, 'data')
    await pasteFiles(sample.files, data)
    const how = await harmIndex(data, seed, seededRandom(seed), sample.others)
    const { verdict, deaths } = await liveOn({ seed, directory: data, expected: sample.state }, how)
    if (verdict.wrong !== undefined) throw new Error(`With an index ${how}: ${verdict.wrong}`)
    const outcome = verdict.isRebuilt ? 'rebuilt' : 'harmless'
    return { [outcome]: 1, ...(deaths > 0 ? { 'processes that died of it': deaths } : {}) }
  },
}

/**
 * LMDB may kill a process that meets damage among the pages it takes for free. The next one meets it at its start, and
 * the one after that makes the index again.
 */
const DEATHS_MAX = 2

async function liveOn(first: IndexTrial, how: string) {
  let trial = first
  for (let deaths = 0; deaths <= DEATHS_MAX; deaths++) {
    const found = await judgeIndex(trial)
    if (!('died' in found)) return { verdict: found, deaths }
    trial = { ...trial, expected: found.state }
  }
  throw new Error(`With an index ${how}, ${DEATHS_MAX + 1} processes died.`)
}

interface Sample {
  readonly files: FileCopies
  readonly state: BrokerState
  readonly others: OtherIndexes
}

/** Made once for all cases of a process: it takes longer than they do. */
let sample: Sample | undefined

async function makeSample(directory: string): Promise<Sample> {
  const one = await makeDirectory(join(directory, 'one'), 1, 6)
  const other = await makeDirectory(join(directory, 'other'), 2, 7)
  const older = indexOf(one.files)
  await commitMore(join(directory, 'one'))
  const files = await copyFiles(join(directory, 'one'), isKept)
  await using broker = await openStateBroker(join(directory, 'one'))
  const state = await stateOf(broker)
  await broker.close()
  for (const name of ['one', 'other']) await rm(join(directory, name), { recursive: true })
  return { files, state, others: { older, ofAnotherDirectory: indexOf(other.files) } }
}

async function makeDirectory(directory: string, seed: number, topics: number) {
  const broker = await openStateBroker(directory)
  await fillBroker(broker, topics)
  await commitAtRandom(broker, seededRandom(seed), 400)
  await broker.close()
  return { files: await copyFiles(directory, isKept) }
}

async function commitMore(directory: string): Promise<void> {
  const broker = await openStateBroker(directory)
  await commitAtRandom(broker, seededRandom(3), 200)
  await broker.close()
}

/** The lock is of the process that made it. */
function isKept(path: string): boolean {
  return !path.startsWith('LOCK')
}

function indexOf(files: FileCopies): Buffer {
  return files.get(join('index', 'data.mdb')) ?? Buffer.alloc(0)
}
