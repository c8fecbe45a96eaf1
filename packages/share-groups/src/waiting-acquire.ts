import type { AcquiredRecord, AcquireRequest } from '@millrace/model/share-group'

/** A call that waits for records, or for its turn. */
export class WaitingAcquire {
  readonly request: AcquireRequest
  /** In how many it could have been served. */
  turns = 0
  readonly answered: Promise<readonly AcquiredRecord[]>
  readonly answer: (records: readonly AcquiredRecord[]) => void
  readonly fail: (error: unknown) => void

  constructor(request: AcquireRequest) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly AcquiredRecord[]>()
    this.request = request
    this.answered = promise
    this.answer = resolve
    this.fail = reject
  }
}
