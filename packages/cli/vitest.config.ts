import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    // Every test runs the program in processes of its own, on machines that may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
