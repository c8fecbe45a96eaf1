import { writeFile } from 'node:fs/promises'
import type { Attack } from '../attack.ts'
import { FuzzFinding, type FuzzTarget } from './fuzz-target.ts'
import { Fuzzer } from './fuzzer.ts'

/** An attack of which each case is a block of executions, and `executions` what a run at length is to reach. */
export function fuzzAttack(
  target: FuzzTarget,
  { blockSize, executions }: FuzzSize = { blockSize: 10_000, executions: 20_000_000 },
): Attack {
  let fuzzer: Fuzzer | undefined
  return {
    name: `fuzz-${target.name}`,
    about:
      `Bytes that are given to ${target.about}, made from sound ones and kept when they reach code that no others did. ` +
      `Each is read or refused as expected, in less than ${target.msMax ?? 50} ms of the processor for each 64 KiB (most have less), and ` +
      'memory does not grow.',
    cases: `blocks of ${blockSize} executions`,
    target: executions / blockSize,
    share: 1,
    async tryCase(seed, directory) {
      fuzzer ??= new Fuzzer(target)
      const kept = await keepFinding(directory, fuzzer.run(seed, blockSize, directory))
      return { executions: blockSize, 'inputs that reached something new': kept }
    },
  }
}

interface FuzzSize {
  readonly blockSize: number
  readonly executions: number
}

/** Beside the directories of cases, for the next block begins with what this process has seen so far. */
async function keepFinding<T>(directory: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof FuzzFinding) await writeFile(`${directory}.found`, error.input)
    throw error
  }
}
