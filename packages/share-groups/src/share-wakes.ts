import type { Clock } from '@millrace/disk/clock'
import type { GroupPartition } from './group-partitions.ts'

/** What makes a share group have another turn by itself: new records, locks that run out, delays that are over. */
export class ShareWakes {
  readonly #clock: Clock
  readonly #ring: () => void
  /** Logs at whose end records are waited for, with what is called when they come. */
  readonly #tails = new Map<GroupPartition['log'], () => void>()
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
    for (const [log, wake] of this.#tails) log.unwatch(wake)
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
    if (this.#tails.has(log)) return
    const wake = () => {
      this.#tails.delete(log)
      this.#ringUnlessStopped()
    }
    this.#tails.set(log, wake)
    // A log that is removed wakes, too: the next turn finds out.
    log.watch(log.highWatermark, wake)
  }

  #ringUnlessStopped(): void {
    if (!this.#isStopped) this.#ring()
  }
}

const RETRY_MS = 1_000
