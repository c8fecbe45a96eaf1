import type { ProducedLetter, ProducedRanges, ProducedRecords } from '@millrace/model/broker'

/** The answer to a JSON body: where each record went. Written by hand, as there may be a hundred thousand. */
export function producedRecords({ records, letters, duplicate }: ProducedRecords): string {
  let list = ''
  for (const [index, { partition, offset }] of records.entries()) {
    const letter = letters?.get(index)
    const result =
      letter === undefined
        ? `{"partition":${partition},"offset":${offset}}`
        : letterResult(letter, partition, offset)
    list += `${list === '' ? '' : ','}${result}`
  }
  return `{"records":[${list}],${ending(duplicate)}`
}

/** The answer to lines and to raw batches: what was appended, in ranges. */
export function producedRanges({ ranges, deadLetters = [], duplicate }: ProducedRanges): string {
  const letters = deadLetters.length === 0 ? '' : `"deadLetters":${JSON.stringify(deadLetters)},`
  return `{"ranges":${JSON.stringify(ranges)},${letters}${ending(duplicate)}`
}

function letterResult(
  { topic, reason }: ProducedLetter,
  partition: number,
  offset: number,
): string {
  return JSON.stringify({ deadLetter: { topic, partition, offset }, reason })
}

function ending(duplicate: boolean): string {
  return duplicate ? '"durability":"fsync","duplicate":true}' : '"durability":"fsync"}'
}
