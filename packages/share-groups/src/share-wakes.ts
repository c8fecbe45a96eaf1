import type { Clock } from '@millrace/disk/clock'
import type { GroupPartition } from './group-partitions.ts'

/** What makes a share group have another turn by itself: new records, locks that run out, delays that are over. */
export class ShareWakes {
  readonly #clock: Clock
  readonly #ring: () => void
  /** By log: waits for records at its end. */
  readonly #tails = new Map<number, AbortController>()
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined
  #copiesAtMs = 0
  #isStopped = false

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** After a turn. `isAwaited`: somebody waits for records. */
  arm(partitions: readonly GroupPartition[], isAwaited: boolean, nowMs: number): void {
    if (this.#isStopped) return
    let atMs = Infinity
    for (const { share } of partitions) {
      atMs = Math.min(atMs, share.nextLockMs)
      if (isAwaited) atMs = Math.min(atMs, share.nextDelayMs)
      if (share.hasExhausted) atMs = Math.min(atMs, this.#copiesAtMs)
    }
    this.#setTimer(atMs, nowMs)
    if (!isAwaited) return
    for (const { log, share } of partitions) {
      if (share.scanOffset >= log.highWatermark) this.#watch(log)
    }
  }

  /** Whether dead letters may be written: not too soon after that failed. */
  mayCopy(nowMs: number): boolean {
    return nowMs >= this.#copiesAtMs
  }

  copyLater(nowMs: number): void {
    this.#copiesAtMs = nowMs + RETRY_MS
  }

  /** A turn failed that nobody asked for. */
  tryLater(): void {
    this.#clock.schedule(RETRY_MS, () => this.#ringUnlessStopped())
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.unwatch()
  }

  /** The logs may be others: those that are read are watched again after the next turn. */
  unwatch(): void {
    for (const controller of this.#tails.values()) controller.abort()
    this.#tails.clear()
  }

  /** One that comes sooner stays: it rings for nothing, at most. */
  #setTimer(atMs: number, nowMs: number): void {
    if (atMs === Infinity) return
    if (this.#timer !== undefined && this.#timer.atMs > nowMs && this.#timer.atMs <= atMs) return
    this.#timer?.cancel()
    const cancel = this.#clock.schedule(Math.max(0, atMs - nowMs), () => {
      this.#timer = undefined
      this.#ringUnlessStopped()
    })
    this.#timer = { atMs, cancel }
  }

  #watch(log: GroupPartition['log']): void {
    if (this.#tails.has(log.id)) return
    const controller = new AbortController()
    this.#tails.set(log.id, controller)
    const wake = () => {
      if (controller.signal.aborted) return
      this.#tails.delete(log.id)
      this.#ringUnlessStopped()
    }
    // A log that is removed ends the wait, too: the next turn finds out.
    log.waitForHighWatermark(log.highWatermark, controller.signal).then(wake, wake)
  }

  #ringUnlessStopped(): void {
    if (!this.#isStopped) this.#ring()
  }
}

const RETRY_MS = 1_000
