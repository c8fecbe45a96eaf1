import type { CommittedOffset } from '@millrace/client'
import type { Column } from '../output.ts'
import { formatCount } from '../quantity.ts'
import { formatDuration, formatTime } from '../time.ts'

/** Where a group is, a partition a row. */
export const OFFSET_COLUMNS: readonly Column<CommittedOffset>[] = [
  { title: 'topic', of: (row) => row.topic },
  { title: 'partition', of: (row) => String(row.partition), align: 'right' },
  { title: 'committed', of: (row) => String(row.offset), align: 'right' },
  { title: 'high watermark', of: (row) => String(row.highWatermark), align: 'right' },
  { title: 'lag', of: (row) => formatCount(row.lag), align: 'right' },
  {
    title: 'behind',
    of: (row) => (row.lag === 0 ? '' : formatDuration(row.lagMs)),
    align: 'right',
  },
  { title: 'committed at', of: (row) => formatTime(row.committedAt) },
  { title: 'metadata', of: (row) => row.metadata },
]
