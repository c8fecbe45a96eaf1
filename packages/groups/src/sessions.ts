/** How long each member of a group may stay silent. Time is an argument: milliseconds that never go back. */
export class Sessions {
  readonly #endsAtMs = new Map<string, number>()
  readonly #timeoutMs: number

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** It was heard of, and will stay on the line for so long. */
  heard(memberId: string, nowMs: number, staysMs = 0): void {
    this.#endsAtMs.set(memberId, nowMs + staysMs + this.#timeoutMs)
  }

  forget(memberId: string): void {
    this.#endsAtMs.delete(memberId)
  }

  /** Who was silent for too long. */
  expired(nowMs: number): readonly string[] {
    const expired: string[] = []
    for (const [memberId, endsAtMs] of this.#endsAtMs) if (endsAtMs <= nowMs) expired.push(memberId)
    return expired
  }
}
