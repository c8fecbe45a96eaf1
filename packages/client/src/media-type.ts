import type { RECORD_BATCHES_TYPE } from '@millrace/http-api/records'

/** Concatenated record batches, as they are stored. */
export const RECORD_BATCHES: typeof RECORD_BATCHES_TYPE = 'application/vnd.millrace.record-batches'
