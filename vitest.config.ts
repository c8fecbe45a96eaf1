import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** One project a package, called by its folder, and one for the scripts. */
const FOLDERS = [...readdirSync('packages').map((name) => `packages/${name}`), 'scripts']

/** No test waits for time to pass. This is for one that hangs, also on a machine with much else to do. */
const HANGS_AFTER_MS = 60_000

/** What takes longest comes first: at the end it would keep one processor busy, and the others waiting. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}

const LONGEST = ['torture/share.test.ts', 'cli/test/real-logs.test.ts', 'cli/test/serve.test.ts']

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(name))
  return rank === -1 ? LONGEST.length : rank
}

export default defineConfig({
  test: {
    // Unless told so, vitest leaves one processor to others: of two, that is half.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongestFirst },
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    projects: FOLDERS.map((root) => ({
      extends: true,
      root,
      test: { name: root.replace('packages/', '') },
    })),
  },
})
