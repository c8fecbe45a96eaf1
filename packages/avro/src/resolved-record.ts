import type { RecordField, RecordType } from './avro-type.ts'
import { DatumReader } from './datum-reader.ts'
import { type JsonReading, within } from './json-reading.ts'
import type { ResolvedReadings } from './resolved-reading.ts'
import { SchemaFault } from './schema-fault.ts'
import type { Skipping } from './skipping.ts'

/** What is done with each field of the writer, in the order of the bytes. */
interface Step {
  readonly name: string
  /** The place among the reader's fields; undefined: the reader does not have it. */
  readonly slot: number | undefined
  readonly read: JsonReading | Skipping
}

/** Fields go together by name, or by an alias of the reader's; what the writer has not is the default. */
export function readingOfResolvedRecord(
  readings: ResolvedReadings,
  writer: RecordType,
  reader: RecordType,
  path: string,
): JsonReading {
  const slots = slotsOf(writer, reader, path)
  const steps = writer.fields.map((field, index): Step => {
    const slot = slots[index]
    const target = slot === undefined ? undefined : reader.fields[slot]
    const read =
      target === undefined
        ? readings.skippings.of(field.type)
        : readings.of(field.type, target.type, `${path}/fields/${slot}/type`)
    return { name: target?.name ?? field.name, slot, read }
  })
  const filled = new Set(slots)
  const texts = reader.fields.map((field, slot) =>
    filled.has(slot) ? '' : defaultText(readings, field, writer, `${path}/fields/${slot}`),
  )
  return readingOfSteps(reader, steps, texts)
}

/** For each field of the writer the reader's that it is read as. */
function slotsOf(
  writer: RecordType,
  reader: RecordType,
  path: string,
): readonly (number | undefined)[] {
  const slots = new Map<string, number>()
  const written = new Set(writer.fields.map(({ name }) => name))
  for (const [slot, { aliases, name }] of reader.fields.entries()) {
    const found = [...new Set([name, ...aliases])].filter((known) => written.has(known))
    if (found.length > 1) {
      const problem = `More than one field of ${writer.name} is ${name}: ${found.join(', ')}.`
      throw new SchemaFault(problem, `${path}/fields/${slot}/aliases`)
    }
    for (const known of found) slots.set(known, slot)
  }
  return writer.fields.map(({ name }) => slots.get(name))
}

function defaultText(
  { readings }: ResolvedReadings,
  { defaultDatum, name, type }: RecordField,
  writer: RecordType,
  path: string,
): string {
  if (defaultDatum === undefined) {
    throw new SchemaFault(`${writer.name} has no field ${name}, which has no default.`, path)
  }
  return readings.of(type)(new DatumReader(defaultDatum, 0))
}

function readingOfSteps(
  reader: RecordType,
  steps: readonly Step[],
  defaults: readonly string[],
): JsonReading {
  if (reader.fields.length === 0) return readingOfNothing(steps)
  const keys = reader.fields.map(
    ({ name }, slot) => `${slot === 0 ? '{' : ','}${JSON.stringify(name)}:`,
  )
  const weight = keys.join('').length + defaults.join('').length
  return (input) => {
    input.enter()
    input.charge(weight)
    const texts = [...defaults]
    readSteps(input, steps, texts)
    input.leave()
    let text = ''
    for (let slot = 0; slot < keys.length; slot++) {
      text += keys[slot]
      text += texts[slot]
    }
    return `${text}}`
  }
}

function readingOfNothing(steps: readonly Step[]): JsonReading {
  return (input) => {
    input.enter()
    input.charge(2)
    readSteps(input, steps, [])
    input.leave()
    return '{}'
  }
}

function readSteps(input: DatumReader, steps: readonly Step[], texts: string[]): void {
  let index = 0
  try {
    for (; index < steps.length; index++) {
      const { read, slot } = steps[index] as Step
      const text = read(input)
      if (slot !== undefined) texts[slot] = text as string
    }
  } catch (error) {
    throw within(error, steps[index]?.name)
  }
}
