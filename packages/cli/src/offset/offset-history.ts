import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { formatTime } from '../time.ts'

export interface HistoryOptions {
  readonly topic?: string
  readonly partition?: number
  readonly limit: number
}

export async function showHistory(
  invocation: Invocation,
  group: string,
  { limit, topic, partition }: HistoryOptions,
): Promise<void> {
  const { output, signal } = invocation
  const filter = {
    ...(topic === undefined ? {} : { topic }),
    ...(partition === undefined ? {} : { partition }),
  }
  await withServer(invocation, topic === undefined ? {} : { topic }, async (client) => {
    const rows = []
    for await (const commit of client.offsets.history(group, { ...filter, signal })) {
      rows.push(commit)
      if (rows.length === limit) break
    }
    if (rows.length === 0) output.note(`${group} has committed nothing there.`)
    await output.list(rows, [
      { title: 'committed at', of: (row) => formatTime(row.committedAt) },
      { title: 'topic', of: (row) => row.topic },
      { title: 'partition', of: (row) => String(row.partition), align: 'right' },
      {
        title: 'offset',
        of: (row) => (row.offset === null ? 'deleted' : String(row.offset)),
        align: 'right',
      },
      { title: 'by', of: (row) => row.by ?? '' },
      { title: 'metadata', of: (row) => row.metadata },
    ])
  })
}
