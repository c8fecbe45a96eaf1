/** What a worker says, as it happens: a line of JSON on its standard output. */
export interface WorkerEvent {
  readonly kind: EventKind
  /** Of the log, from 1. */
  readonly line: number
  readonly deliveryCount: number
  /** By the clock that all processes of a machine share, in milliseconds. */
  readonly atMs: number
}

/**
 *   - `begin`, and then one of `end` (it was handled), `fail` (the handler threw) and `stop` (the handler saw that it
 *     no longer held the record), or nothing when the worker is killed;
 *   - `stall`: on the way, the worker does nothing at all for longer than the lock;
 *   - `lost`: what the handler said of it did not count, as the lock had run out.
 */
export type EventKind = 'begin' | 'end' | 'fail' | 'stop' | 'stall' | 'lost'

/** Of one machine: it does not jump, and does not begin anew with each process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}
