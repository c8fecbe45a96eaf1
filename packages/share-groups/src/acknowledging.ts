import { LogError } from '@millrace/model/log-error'
import type { Acknowledged, Acknowledgement } from '@millrace/model/share-group'
import type { GroupPartitions } from './group-partitions.ts'
import type { Receipt, Receipts } from './receipt.ts'

/** What a call has to say of records, with its receipts opened. */
export interface OpenedAcknowledgement {
  readonly said: Acknowledgement
  readonly receipt: Receipt
}

/** INVALID_REQUEST, which names all that were not sealed here, for this group. */
export function openReceipts(
  receipts: Receipts,
  acknowledgements: readonly Acknowledgement[],
): readonly OpenedAcknowledgement[] {
  const errors: { readonly path: string; readonly message: string }[] = []
  const opened: OpenedAcknowledgement[] = []
  for (const [index, said] of acknowledgements.entries()) {
    const receipt = receipts.open(said.receipt)
    if (receipt !== undefined) opened.push({ said, receipt })
    else errors.push({ path: `/acknowledgements/${index}/receipt`, message: FOREIGN })
  }
  if (errors.length === 0) return opened
  throw new LogError('INVALID_REQUEST', `${FOREIGN} Nothing of the call was done.`, {
    errors,
    appended: false,
  })
}

/** In their order, each for itself. */
export function acknowledgeAll(
  partitions: GroupPartitions,
  opened: readonly OpenedAcknowledgement[],
  nowMs: number,
): readonly Acknowledged[] {
  return opened.map((one) => acknowledge(partitions, one, nowMs))
}

function acknowledge(
  partitions: GroupPartitions,
  { said, receipt: { log, offset, number } }: OpenedAcknowledgement,
  nowMs: number,
): Acknowledged {
  const share = partitions.find(log)?.share
  if (share === undefined) return resultOf(said, false)
  switch (said.type) {
    case 'accept':
      return resultOf(said, share.accept(offset, number))
    case 'release': {
      const { delayMs, reason = RELEASED } = said
      return resultOf(said, share.release(offset, number, { delayMs, reason, nowMs }))
    }
    case 'reject':
      return resultOf(said, share.reject(offset, number, said.reason ?? REJECTED))
    case 'renew': {
      const lockedUntil = share.renew(offset, number, nowMs)
      const result = resultOf(said, lockedUntil !== undefined)
      return lockedUntil === undefined ? result : { ...result, lockedUntil }
    }
    case 'return':
      return resultOf(said, share.takeBack(offset, number))
  }
}

function resultOf({ receipt }: Acknowledgement, hasCounted: boolean): Acknowledged {
  return { receipt, code: hasCounted ? null : 'RECEIPT_EXPIRED' }
}

const FOREIGN = 'That is no receipt that this store gave to this group, or it was changed.'
const RELEASED = 'It was released.'
const REJECTED = 'It was rejected.'
