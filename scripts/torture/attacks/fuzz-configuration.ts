import { fuzzAttack } from '../fuzz/fuzz-attack.ts'
import { configuration } from '../fuzz/targets/configuration.ts'

export const fuzzConfiguration = fuzzAttack(configuration, 100)
