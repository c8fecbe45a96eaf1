import type { GROUP_BATCHES_TYPE, RECORD_BATCHES_TYPE } from '@millrace/http-api/records'

/** Concatenated record batches, as they are stored. */
export const RECORD_BATCHES: typeof RECORD_BATCHES_TYPE = 'application/vnd.millrace.record-batches'

/** What a member of a group is told, then such batches. */
export const GROUP_BATCHES: typeof GROUP_BATCHES_TYPE = 'application/vnd.millrace.group-batches'
