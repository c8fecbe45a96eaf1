import type { OffsetRange, ProducedRanges, ProducedRecords } from '@millrace/model/broker'

/** The answer to a JSON body: where each record went. Written by hand, as there may be a hundred thousand. */
export function producedRecords({ records, duplicate }: ProducedRecords): string {
  let list = ''
  for (const { partition, offset } of records) {
    list += `${list === '' ? '' : ','}{"partition":${partition},"offset":${offset}}`
  }
  return `{"records":[${list}],${ending(duplicate)}`
}

/** The answer to lines and to raw batches: what was appended, in ranges. */
export function producedRanges({ ranges, duplicate }: ProducedRanges): string {
  return `{"ranges":${JSON.stringify(ranges satisfies readonly OffsetRange[])},${ending(duplicate)}`
}

function ending(duplicate: boolean): string {
  return duplicate ? '"durability":"fsync","duplicate":true}' : '"durability":"fsync"}'
}
