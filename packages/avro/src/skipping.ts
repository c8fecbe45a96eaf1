import type { AvroType, RecordType } from './avro-type.ts'
import type { DatumReader } from './datum-reader.ts'
import { within } from './json-reading.ts'
import { sizeMinOf } from './size-min.ts'
import { isScalarType, withScalar } from './scalar/scalar-types.ts'

/** Reads one value and makes nothing of it, but throws the same DatumFaults. */
export type Skipping = (input: DatumReader) => void

/** The skippings of the types of one schema, each made once. */
export class Skippings {
  readonly #records = new Map<RecordType, Skipping>()

  of(type: AvroType): Skipping {
    if (isScalarType(type)) {
      if (type.kind === 'string') return (input) => input.skipString()
      return withScalar(
        type,
        ({ read }) =>
          (input) =>
            void read(input),
      )
    }
    switch (type.kind) {
      case 'array':
        return skippingOfBlocks(this.of(type.items), sizeMinOf(type.items))
      case 'map': {
        const skipValue = this.of(type.values)
        return skippingOfBlocks(
          (input) => {
            input.skipString()
            skipValue(input)
          },
          sizeMinOf(type.values) + 1,
        )
      }
      case 'union': {
        const branches = type.branches.map((branch) => this.of(branch))
        return (input) => input.pick(branches)(input)
      }
      case 'record':
        return this.#records.get(type) ?? this.#skippingOfRecord(type)
    }
  }

  #skippingOfRecord(type: RecordType): Skipping {
    const { fields } = type
    // A record within itself is skipped by what is only being made.
    this.#records.set(type, (input) => made(input))
    const skippings = fields.map((field) => this.of(field.type))
    const made: Skipping = (input) => {
      input.enter()
      input.charge(1)
      let index = 0
      try {
        for (; index < skippings.length; index++) (skippings[index] as Skipping)(input)
      } catch (error) {
        throw within(error, fields[index]?.name)
      }
      input.leave()
    }
    this.#records.set(type, made)
    return made
  }
}

function skippingOfBlocks(skipItem: Skipping, itemSizeMin: number): Skipping {
  return (input) => {
    input.enter()
    let index = 0
    try {
      for (;;) {
        const count = input.readBlockCount(itemSizeMin)
        if (count === 0) break
        for (const end = index + count; index < end; index++) skipItem(input)
      }
    } catch (error) {
      throw within(error, index)
    }
    input.leave()
  }
}
