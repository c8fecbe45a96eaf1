import type { Attack } from '../attack.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { Fuzzer } from './fuzzer.ts'

/** An attack of which each case is a block of executions. */
export function fuzzAttack(target: FuzzTarget, blockSize = 10_000): Attack {
  let fuzzer: Fuzzer | undefined
  return {
    name: `fuzz-${target.name}`,
    about:
      `Bytes that are given to ${target.about}, made from sound ones and kept when they reach code that no others did. ` +
      'Each is read or refused as expected, in less than 50 ms of the processor, and memory does not grow.',
    cases: `blocks of ${blockSize} executions`,
    target: EXECUTIONS / blockSize,
    share: 2,
    async tryCase(seed, directory) {
      fuzzer ??= new Fuzzer(target)
      const kept = await fuzzer.run(seed, blockSize, directory)
      return { executions: blockSize, 'inputs that reached something new': kept }
    },
  }
}

const EXECUTIONS = 20_000_000
