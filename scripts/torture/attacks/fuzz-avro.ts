import { fuzzAttack } from '../fuzz/fuzz-attack.ts'
import { avro } from '../fuzz/targets/avro.ts'

export const fuzzAvro = fuzzAttack(avro)
