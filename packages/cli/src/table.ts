import { styleText } from 'node:util'
import Table from 'cli-table3'
import type { Column } from './output.ts'

/** A table without rules: titles, then a line a row. Nothing at all for no rows. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  if (rows.length === 0) return ''
  const table = new Table({
    head: columns.map((column) => styleText('bold', column.title.toUpperCase())),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: NO_RULES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  })
  table.push(...rows.map((row) => columns.map((column) => column.of(row))))
  return `${trimLines(table.toString())}\n`
}

/** Names and values, one pair a line. */
export function renderPairs(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('')
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

const NO_RULES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}
