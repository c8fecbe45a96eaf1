import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { typescriptTypes } from '../src/typescript-types.ts'
import { type Draw, randomSchema, textOf } from './random-schema.ts'
import { evolve } from './schema-evolution.ts'

const COMPILER = new URL('../../../node_modules/typescript/bin/tsc', import.meta.url).pathname
const FORMATTER = new URL('../../../node_modules/oxfmt/bin/oxfmt', import.meta.url).pathname
const STYLE = new URL('../../../.oxfmtrc.json', import.meta.url).pathname

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-avro-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

/** What the compiler says of a file. */
async function compile(file: string): Promise<string> {
  const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2024']
  return run([COMPILER, ...options, '--allowImportingTsExtensions', file])
}

/** Which of these the formatter would write otherwise. */
async function otherwiseFormatted(files: readonly string[]): Promise<string> {
  await copyFile(STYLE, join(folder, '.oxfmtrc.json'))
  return run([FORMATTER, '--list-different', ...files])
}

async function run(command: readonly string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  execFile(process.execPath, command, { cwd: folder }, (_failure, stdout, stderr) => {
    resolve(`${stdout}${stderr}`)
  })
  return promise
}

const SHOP = {
  type: 'record',
  name: 'shop.Order',
  doc: 'One */ order.',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'note', type: ['null', 'string'], default: null },
    {
      name: 'lines',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'shop.Line',
          fields: [
            { name: 'sku', type: { type: 'string', logicalType: 'uuid' } },
            { name: 'count', type: 'int', default: 1 },
          ],
        },
      },
    },
    { name: 'state', type: { type: 'enum', name: 'shop.State', symbols: ['OPEN', 'PAID'] } },
    { name: 'parent', type: ['null', 'shop.Order'], default: null },
    { name: 'prices', type: { type: 'map', values: 'double' }, default: {} },
  ],
}

/** The compiler is told where it has to find something. */
const USE = `import type { Order, OrderInput } from './shop.ts'

const parent: OrderInput = { id: 1, lines: [], state: 'PAID' }
const written: OrderInput = { id: 2n, lines: [{ sku: '' }], state: 'OPEN', parent }
declare const read: Order
const text: string | null = read.note
const count: number | undefined = read.lines[0]?.count
const again: OrderInput = read
// @ts-expect-error: a field without a default
const less: OrderInput = { id: 1, lines: [] }
// @ts-expect-error: what is read has every field
const full: Order = written
// @ts-expect-error: no such symbol
const state: Order['state'] = 'LOST'
console.log(text, count, again, less, full, state)
`

test('what is made compiles, and says what may be written and what is read', async () => {
  await writeFile(join(folder, 'shop.ts'), typescriptTypes({ text: JSON.stringify(SHOP) }))
  await writeFile(join(folder, 'use.ts'), USE)
  expect(await compile('use.ts')).toBe('')
})

test('what is made is formatted as our code is', async () => {
  const symbols = Array.from({ length: 20 }, (_, at) => `SYMBOL_${at}`)
  const wide = { type: 'enum', name: 'Wide', doc: 'One.\nTwo.', symbols }
  const branches = Array.from({ length: 9 }, (_, at) => ({
    type: 'record',
    name: `a.Branch${at}`,
    fields: [{ name: at === 0 ? 'a-b' : 'c', type: at === 1 ? wide : 'Wide' }],
  }))
  const schema = {
    type: 'record',
    name: 'R',
    fields: [
      { name: 'first', type: branches[1] ?? 'null' },
      { name: 'branch', type: [...branches.toSpliced(1, 1), 'a.Branch1', 'null'] },
    ],
  }
  await writeFile(join(folder, 'wide.ts'), typescriptTypes({ text: JSON.stringify(schema) }))
  expect(await compile('wide.ts')).toBe('')
  expect(await otherwiseFormatted(['shop.ts', 'wide.ts'])).toBe('')
})

test('what is made of any schema compiles', async () => {
  const schema = fc.gen().map((gen) => {
    const draw: Draw = (count) => gen(fc.nat, { max: count - 1 })
    return evolve(draw, randomSchema(draw))
  })
  const schemas = fc.sample(schema, 50)
  const imports = schemas.map((_, at) => `export type * as S${at} from './s${at}.ts'`)
  await Promise.all(
    schemas.map((one, at) =>
      writeFile(join(folder, `s${at}.ts`), typescriptTypes({ text: textOf(one) })),
    ),
  )
  await writeFile(join(folder, 'all.ts'), `${imports.join('\n')}\n`)
  expect(await compile('all.ts')).toBe('')
})
