import { counted, formatCount } from '../quantity.ts'
import { renderTable } from '../table.ts'
import type { History, WriterCount } from './check-history.ts'

/** For people: what was read, by the version that wrote it, and the first that could not be. */
export function historyText(history: History, file: string): string {
  const { subject, topics, records, failed, tombstones, writers, first } = history
  const where = topics.map(({ topic, part }) => `${part}s of ${topic}`).join(', ')
  const table = renderTable(writers, [
    { title: 'written with', of: (row) => writerText(row, subject) },
    { title: 'records', of: (row) => formatCount(row.records), align: 'right' },
    { title: 'cannot be read', of: (row) => formatCount(row.failed), align: 'right' },
  ])
  const nothing = tombstones === 0 ? '' : ` ${counted(tombstones, 'record')} had none.`
  const outcome =
    failed === 0
      ? `${file} reads all of them: ${counted(records, 'record')}, the ${where}.${nothing}\n`
      : `${file} cannot read ${formatCount(failed)} of ${counted(records, 'record')}, the ${where}.${nothing}\n`
  if (first === null) return table + outcome
  const { topic, partition, offset, path, reason } = first
  return `${table}${outcome}The first: ${topic}-${partition}, offset ${offset}, ${path}: ${reason}\n`
}

function writerText({ id, version }: WriterCount, subject: string): string {
  if (id === undefined) return 'no schema'
  return version === undefined ? `schema ${id}` : `${subject}@${version}`
}
