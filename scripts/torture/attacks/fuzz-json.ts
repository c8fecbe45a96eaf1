import { fuzzAttack } from '../fuzz/fuzz-attack.ts'
import { json } from '../fuzz/targets/json.ts'

export const fuzzJson = fuzzAttack(json)
