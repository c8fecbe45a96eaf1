import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** One project a package, called by its folder, and one for the scripts. */
const FOLDERS = [...readdirSync('packages').map((name) => `packages/${name}`), 'scripts']

/** No test waits for time to pass. This is for one that hangs, also on a machine with much else to do. */
const HANGS_AFTER_MS = 60_000

export default defineConfig({
  test: {
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    projects: FOLDERS.map((root) => ({
      extends: true,
      root,
      test: { name: root.replace('packages/', '') },
    })),
  },
})
