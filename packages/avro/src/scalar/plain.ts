import type { Scalar } from './scalar.ts'

/** The types whose values are the same in JSON. */
export const nothing: Scalar<null> = {
  wanted: 'null',
  jsonKinds: ['null'],
  read: () => null,
  format: () => 'null',
  parse: (value) => (value === null ? null : undefined),
  write: () => {},
}

export const boolean: Scalar<boolean> = {
  wanted: 'true or false',
  jsonKinds: ['boolean'],
  read: (input) => input.readBoolean(),
  format: String,
  parse: (value) => (typeof value === 'boolean' ? value : undefined),
  write: (output, raw) => output.writeBoolean(raw),
}

export const string: Scalar<string> = {
  wanted: 'a string',
  jsonKinds: ['string'],
  read: (input) => input.readString(),
  format: (raw) => JSON.stringify(raw),
  parse: (value) => (typeof value === 'string' ? value : undefined),
  write: (output, raw) => output.writeString(raw),
}

/** A symbol is its index in the binary. */
export function symbolOf(symbols: readonly string[]): Scalar<number> {
  const texts = symbols.map((symbol) => JSON.stringify(symbol))
  const indexes = new Map(symbols.map((symbol, index) => [symbol, index]))
  const shown = symbols.length > SHOWN_MAX ? [...symbols.slice(0, SHOWN_MAX), '…'] : symbols
  return {
    wanted: `one of ${shown.join(', ')}`,
    jsonKinds: ['string'],
    read: (input) => {
      const start = input.at
      const index = input.readInt()
      const text = texts[index]
      if (text === undefined) throw input.fault(`An enum has no symbol ${index}`, start)
      input.charge(text.length)
      return index
    },
    format: (raw) => texts[raw] ?? 'null',
    parse: (value) => (typeof value === 'string' ? indexes.get(value) : undefined),
    write: (output, raw) => output.writeInt(raw),
  }
}

const SHOWN_MAX = 20
