import { type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { Damage } from './batch-scanner.ts'
import { damage, type Finding, type FindingCode, note } from './check-finding.ts'
import type { IndexFormat } from './index-file.ts'
import { type OffsetIndexEntry, offsetIndexFormat } from './offset-index.ts'
import { type TimeIndexEntry, timeIndexFormat } from './time-index.ts'

/** An index file, held against the batches of its segment as these go by. */
export interface IndexCheck {
  /** The next sound batch. */
  batch(header: BatchHeader, position: Position): readonly Finding[]
  /** What the damage took away cannot be held against its entries. */
  skip(damage: Damage): void
  /** What is left when the segment ends. */
  end(): readonly Finding[]
}

export interface IndexToCheck {
  readonly path: string
  readonly bytes: Buffer
  readonly baseOffset: Offset
  /** No longer written: its indexes are complete. */
  readonly isSealed: boolean
  /** Not all of the segment is looked at: entries for the rest are passed over. */
  readonly isCutShort: boolean
}

/** Every entry names a batch by its last offset and its first byte. */
export function checkOffsetIndex(index: IndexToCheck): IndexCheck {
  const entries = new Entries(index, offsetIndexFormat(index.baseOffset), 'offset-index')
  return {
    batch(header, position) {
      const findings: Finding[] = []
      for (let entry = entries.next; entry !== undefined; entry = entries.next) {
        if (entry.position > position) break
        if (entry.position < position) {
          findings.push(entries.wrong(`it points to byte ${entry.position}: no batch begins there`))
        } else if (entry.offset !== header.lastOffset) {
          const last = header.lastOffset
          findings.push(
            entries.wrong(`it gives offset ${entry.offset} to a batch that ends at ${last}`),
          )
        }
        entries.take()
      }
      return findings
    },
    skip(damage) {
      entries.skipWhile((entry) => entry.position < damage.endPosition)
    },
    end: () =>
      entries.rest(
        (entry: OffsetIndexEntry) => `it points to byte ${entry.position}: no batch begins there`,
      ),
  }
}

/** Every entry names the first batch that reached its timestamp; that of a sealed segment ends with the largest. */
export function checkTimeIndex(index: IndexToCheck): IndexCheck {
  const entries = new Entries(index, timeIndexFormat(index.baseOffset), 'time-index')
  let largest = NO_TIMESTAMP
  let lastTimestamp = NO_TIMESTAMP
  return {
    batch(header) {
      const findings: Finding[] = []
      const before = largest
      largest = Math.max(largest, header.maxTimestamp)
      for (let entry = entries.next; entry !== undefined; entry = entries.next) {
        if (entry.offset > header.lastOffset) break
        const isNamed = entry.offset === header.lastOffset
        if (!isNamed) {
          findings.push(entries.wrong(`no batch ends at its offset ${entry.offset}`))
        } else if (entry.timestamp !== header.maxTimestamp || before >= entry.timestamp) {
          const { timestamp } = entry
          findings.push(
            entries.wrong(`${timestamp} is not the largest up to offset ${entry.offset}`),
          )
        }
        lastTimestamp = entry.timestamp
        entries.take()
      }
      return findings
    },
    skip({ nextReadableOffset = OFFSET_MAX }) {
      entries.skipWhile((entry) => {
        const isSkipped = entry.offset < nextReadableOffset
        if (isSkipped) largest = lastTimestamp = Math.max(largest, entry.timestamp)
        return isSkipped
      })
    },
    end() {
      const findings = entries.rest(
        (entry: TimeIndexEntry) => `no batch ends at its offset ${entry.offset}`,
      )
      if (!index.isSealed || index.bytes.length === 0 || lastTimestamp === largest) return findings
      const place = { path: index.path, position: index.bytes.length }
      return [
        ...findings,
        damage('time-index', place, `It does not end with ${largest}, the largest.`),
      ]
    },
  }
}

const NO_TIMESTAMP = -1

/** The entries of one file, one after the other. */
class Entries<Entry> {
  readonly #index: IndexToCheck
  readonly #format: IndexFormat<Entry>
  readonly #code: FindingCode
  readonly #end: number
  #at = 0

  constructor(index: IndexToCheck, format: IndexFormat<Entry>, code: FindingCode) {
    this.#index = index
    this.#format = format
    this.#code = code
    this.#end = endOfEntries(index.bytes, format.entrySize)
  }

  get next(): Entry | undefined {
    return this.#at < this.#end ? this.#format.decode(this.#index.bytes, this.#at) : undefined
  }

  take(): void {
    this.#at += this.#format.entrySize
  }

  skipWhile(isSkipped: (entry: Entry) => boolean): void {
    while (this.next !== undefined && isSkipped(this.next)) this.take()
  }

  wrong(why: string): Finding {
    const slot = this.#at / this.#format.entrySize
    return damage(this.#code, this.#place(this.#at), `Entry ${slot} is wrong: ${why}.`)
  }

  /** Findings for what no batch took, and for what is no entry. */
  rest(why: (entry: Entry) => string): readonly Finding[] {
    const findings: Finding[] = []
    for (let entry = this.next; entry !== undefined; entry = this.next) {
      if (!this.#index.isCutShort) findings.push(this.wrong(why(entry)))
      this.take()
    }
    const { bytes } = this.#index
    const extra = bytes.length - this.#end
    if (extra === 0) return findings
    const place = this.#place(this.#end)
    const isPreallocated = !this.#index.isSealed && isZero(bytes, this.#end, bytes.length)
    const found = isPreallocated
      ? note('preallocated', place, `${extra} zeros follow the entries.`)
      : damage(this.#code, place, `${extra} bytes at the end are no entries.`)
    return [...findings, found]
  }

  #place(position: number) {
    return { path: this.#index.path, position }
  }
}

/** No entry is all zeros: the first batch of a segment has none, and a time of 0 is never the larger one. */
function endOfEntries(bytes: Buffer, entrySize: number): number {
  const whole = bytes.length - (bytes.length % entrySize)
  let end = whole
  while (end > 0 && isZero(bytes, end - entrySize, end)) end -= entrySize
  return isZero(bytes, whole, bytes.length) ? end : whole
}

function isZero(bytes: Buffer, from: number, to: number): boolean {
  return bytes.subarray(from, to).every((byte) => byte === 0)
}
