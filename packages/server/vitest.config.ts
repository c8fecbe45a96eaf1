import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    // A server is opened and closed in most tests, on machines that may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
