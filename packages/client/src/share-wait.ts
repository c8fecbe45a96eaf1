import { callForNothing } from './call.ts'
import type { Connection } from './connection.ts'
import { delay } from './delay.ts'
import { pathOf } from './http.ts'
import { acquire, type AcquireOptions } from './share-acquire.ts'

export interface WaitEnds {
  /** Nothing more is wanted: the server is asked to answer now. */
  readonly stop: AbortSignal
  /** The answer is not waited for any more. */
  readonly giveUp: AbortSignal
}

/**
 * An acquire that may wait for long. When `stop` aborts it is not broken off: the server may have handed out records,
 * and nobody would know of them until their locks run out. So the server is asked to end the wait, and its answer
 * counts, whatever it brings.
 */
export async function waitForRecords(
  connection: Connection,
  group: string,
  wanted: AcquireOptions,
  { stop, giveUp }: WaitEnds,
): ReturnType<typeof acquire> {
  stop.throwIfAborted()
  const over = new AbortController()
  const { signal } = over
  const end = async () => {
    try {
      await askToEnd(connection, group, wanted.consumer, signal)
    } catch (error) {
      over.abort(error)
    }
  }
  const onStop = () => void end()
  const onGiveUp = () => over.abort(giveUp.reason)
  stop.addEventListener('abort', onStop)
  giveUp.addEventListener('abort', onGiveUp)
  try {
    return await acquire(connection, group, { ...wanted, signal })
  } finally {
    stop.removeEventListener('abort', onStop)
    giveUp.removeEventListener('abort', onGiveUp)
    over.abort()
  }
}

/** Over and over until `signal` aborts: the acquire may be on its way yet. Rejects when the server cannot be asked. */
async function askToEnd(
  connection: Connection,
  group: string,
  consumer: string,
  signal: AbortSignal,
): Promise<never> {
  const path = pathOf`/v1/share-groups/${group}/consumers/${consumer}/waits`
  const once = { ...connection, retryForMs: 0 }
  for (;;) {
    await callForNothing(once, { method: 'DELETE', path, isIdempotent: true, signal })
    await delay(AGAIN_MS, signal)
  }
}

const AGAIN_MS = 100
