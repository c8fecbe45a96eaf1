import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

const MiB = 1024 * 1024

export const StorageConfigSchema = Type.Object(
  {
    minFreeBytes: Type.Integer({
      description:
        'Produce is refused while less than this is free on the disk, so that commits and deletes can go on.',
      default: 256 * MiB,
      minimum: 0,
    }),
    reserveBytes: Type.Integer({
      description:
        'Kept in a file, written and not sparse, and given up when the disk is full after all: what ' +
        'internal topics and checkpoints then live on.',
      default: 64 * MiB,
      minimum: 0,
    }),
    journalSlotBytes: Type.Integer({
      description:
        'Size of one journal file. Two are made at first. It must hold the largest append, and then some.',
      default: 16 * MiB,
      minimum: 64 * 1024,
      maximum: 256 * MiB,
    }),
    journalSlotsMax: Type.Integer({
      description:
        'How many journal files there may be. More of them let checkpoints be rarer under load, and make ' +
        'recovery longer.',
      default: 16,
      minimum: 2,
      maximum: 256,
    }),
  },
  { additionalProperties: false },
)

/** How the store is kept: complete, in range and frozen. */
export type StorageConfig = Readonly<Static<typeof StorageConfigSchema>>

export function parseStorageConfig(input: unknown): StorageConfig {
  const config = Value.Default(StorageConfigSchema, structuredClone(input))
  const [problem] = Value.Errors(StorageConfigSchema, config)
  if (problem) throw new TypeError(`storage${problem.instancePath}: ${problem.message}`)
  return Object.freeze(Value.Decode(StorageConfigSchema, config))
}
