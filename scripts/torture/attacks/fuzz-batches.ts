import { fuzzAttack } from '../fuzz/fuzz-attack.ts'
import { batches } from '../fuzz/targets/batches.ts'

export const fuzzBatches = fuzzAttack(batches)
