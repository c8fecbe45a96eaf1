/** How long each member of a group may stay silent. Time is an argument: milliseconds that never go back. */
export class Sessions {
  readonly #endsAtMs = new Map<string, number>()
  readonly #timeoutMs: number
  /** None ends before that. */
  #nextEndMs = Infinity

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** It was heard of, and will stay on the line for so long. */
  heard(memberId: string, nowMs: number, staysMs = 0): void {
    const endMs = nowMs + staysMs + this.#timeoutMs
    this.#endsAtMs.set(memberId, endMs)
    this.#nextEndMs = Math.min(this.#nextEndMs, endMs)
  }

  forget(memberId: string): void {
    this.#endsAtMs.delete(memberId)
  }

  /** Who was silent for too long. */
  expired(nowMs: number): readonly string[] {
    // Many groups are asked often, and have nothing to tell: it is known without a look at each member.
    if (nowMs < this.#nextEndMs) return []
    const expired: string[] = []
    this.#nextEndMs = Infinity
    for (const [memberId, endMs] of this.#endsAtMs) {
      if (endMs <= nowMs) expired.push(memberId)
      this.#nextEndMs = Math.min(this.#nextEndMs, endMs)
    }
    return expired
  }
}
