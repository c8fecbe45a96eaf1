import { fuzzAttack } from '../fuzz/fuzz-attack.ts'
import { avro } from '../fuzz/targets/avro.ts'

/** An execution reads a schema, and data by it: so many take as long as a block of the others. */
export const fuzzAvro = fuzzAttack(avro, {
  blockSize: 2_500,
  executions: 20_000_000,
})
