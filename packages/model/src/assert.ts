/** What we know. When it fails there is a bug of ours, never bad input. (`node:assert` does not exist in browsers.) */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${claim}`)
}
