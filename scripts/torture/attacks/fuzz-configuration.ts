import { fuzzAttack } from '../fuzz/fuzz-attack.ts'
import { configuration } from '../fuzz/targets/configuration.ts'

/** Read once a start, and written by who runs the server; and its reader, YAML with every problem told, is slow. */
export const fuzzConfiguration = fuzzAttack(configuration, {
  blockSize: 500,
  executions: 200_000,
})
