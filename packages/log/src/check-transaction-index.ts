import { LogError } from '@millrace/model/log-error'
import { damage, type Finding } from './check-finding.ts'
import type { EndedTransaction } from './transaction-tracker.ts'
import {
  type AbortedTransaction,
  decodeTransactionIndex,
  TRANSACTION_INDEX_ENTRY_SIZE,
} from './transaction-index.ts'

/** A `.txnindex`, held against the transactions that end in its segment. */
export interface TransactionIndexCheck {
  ended(transaction: EndedTransaction): readonly Finding[]
  end(): readonly Finding[]
}

/** `bytes`: empty without a file. */
export function checkTransactionIndex(path: string, bytes: Buffer): TransactionIndexCheck {
  const { entries, unreadable } = readEntries(path, bytes)
  let slot = 0
  const at = (index: number) => ({ path, position: index * TRANSACTION_INDEX_ENTRY_SIZE })
  return {
    ended({ producerId, isAborted, firstOffset, lastOffset }) {
      const findings: Finding[] = []
      for (let entry = entries[slot]; entry !== undefined; entry = entries[slot]) {
        if (entry.lastOffset >= lastOffset) break
        findings.push(damage('transaction-index', at(slot), nothingAborted(slot, entry)))
        slot++
      }
      const entry = entries[slot]
      const isNamed = entry?.lastOffset === lastOffset && entry.producerId === producerId
      if (isNamed) slot++
      if (isAborted && firstOffset !== undefined && !isNamed) {
        const what = `The transaction of producer ${producerId} that was aborted at ${lastOffset} is missing.`
        findings.push({ ...damage('transaction-index', at(slot), what), offset: firstOffset })
      }
      if (isNamed && !isAborted) {
        findings.push(damage('transaction-index', at(slot - 1), nothingAborted(slot - 1, entry)))
      }
      return findings
    },
    end() {
      const left = entries.slice(slot)
      return [
        ...left.map((entry, index) =>
          damage('transaction-index', at(slot + index), nothingAborted(slot + index, entry)),
        ),
        ...unreadable,
      ]
    },
  }
}

function nothingAborted(slot: number, entry: AbortedTransaction): string {
  return `Entry ${slot} is wrong: producer ${entry.producerId} aborted nothing at ${entry.lastOffset}.`
}

function readEntries(path: string, bytes: Buffer) {
  try {
    return { entries: decodeTransactionIndex(bytes, path), unreadable: [] }
  } catch (error) {
    if (!(error instanceof LogError)) throw error
    const found = damage('transaction-index', { path, position: 0 }, error.detail)
    return { entries: [], unreadable: [found] }
  }
}
