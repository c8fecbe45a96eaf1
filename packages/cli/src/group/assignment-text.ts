import type { Assignment } from '@millrace/client'

/** `orders:0,1,2 users:0`, in that order whatever the order was; empty for nothing. */
export function assignmentText(assignment: Assignment): string {
  const topics = assignment.map(({ topic, partitions }) => {
    return `${topic}:${partitions.toSorted((one, other) => one - other).join(',')}`
  })
  return topics.sort().join(' ')
}
