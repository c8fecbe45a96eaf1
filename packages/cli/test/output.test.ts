import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { Output, type OutputFormat } from '../src/output.ts'
import { counted, formatBytes } from '../src/quantity.ts'

interface Row {
  readonly name: string
  readonly count: number
}

const ROWS: readonly Row[] = [
  { name: 'short', count: 1 },
  { name: '長い名前', count: 12_345 },
]

async function printed(format: OutputFormat, use: (output: Output) => Promise<void>) {
  const data = new PassThrough()
  const notes = new PassThrough()
  // Read meanwhile: what is written waits for its reader.
  const read = text(data)
  await use(new Output(format, data, notes))
  data.end()
  return read
}

const list = (rows: readonly Row[]) => (output: Output) =>
  output.list(rows, [
    { title: 'name', of: (row) => row.name },
    { title: 'count', of: (row) => String(row.count), align: 'right' },
  ])

test('a table lines its columns up, also with letters that are two wide', async () => {
  expect(await printed('table', list(ROWS))).toBe(
    ['NAME      COUNT', 'short         1', '長い名前  12345', ''].join('\n'),
  )
})

test('json is one array, jsonl a line a row, and nothing is nothing', async () => {
  expect(JSON.parse(await printed('json', list(ROWS)))).toEqual(ROWS)
  expect(await printed('jsonl', list(ROWS))).toBe(
    '{"name":"short","count":1}\n{"name":"長い名前","count":12345}\n',
  )
  expect(await printed('table', list([]))).toBe('')
  expect(await printed('json', list([]))).toBe('[]\n')
  expect(await printed('jsonl', list([]))).toBe('')
})

test('a stream of rows is the same, however long', async () => {
  async function* rows() {
    for (let index = 0; index < 20_000; index++) yield index
  }
  const stream = (output: Output) =>
    output.stream(rows(), { asText: (row) => `${row}\n`, asJson: (row) => `{"row":${row}}` })
  expect((await printed('table', stream)).split('\n')).toHaveLength(20_001)
  expect(JSON.parse(await printed('json', stream))).toHaveLength(20_000)
  expect((await printed('jsonl', stream)).split('\n')[19_999]).toBe('{"row":19999}')
})

test('quantities are said as people say them', () => {
  const sizes = [0, 1023, 1024, 10_240, 1024 * 1024 * 1.5, 250 * 1024 ** 3].map(formatBytes)
  expect(sizes).toEqual(['0 B', '1023 B', '1.00 KiB', '10.0 KiB', '1.50 MiB', '250 GiB'])
  expect([counted(1, 'record'), counted(0, 'record'), counted(2000, 'record')]).toEqual([
    '1 record',
    '0 records',
    '2,000 records',
  ])
})
