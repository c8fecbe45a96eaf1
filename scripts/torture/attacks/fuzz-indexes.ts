import { fuzzAttack } from '../fuzz/fuzz-attack.ts'
import { indexes } from '../fuzz/targets/indexes.ts'

export const fuzzIndexes = fuzzAttack(indexes)
