import { fuzzAttack } from '../fuzz/fuzz-attack.ts'
import { lines } from '../fuzz/targets/lines.ts'

export const fuzzLines = fuzzAttack(lines)
