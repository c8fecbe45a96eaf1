/** A real fetch that remembers what was asked, and can hold answers back. */
export interface WatchedFetch {
  readonly fetch: typeof globalThis.fetch
  /** `POST /v1/topics/t/records?partition=0`, in order. */
  readonly requests: readonly string[]
  /** The most that were under way at once, by request. */
  readonly concurrency: ReadonlyMap<string, number>
  /** Until `release`, answers to produce requests stay away; resolves when `count` of them wait. */
  hold(count: number): Promise<void>
  release(): void
}

export function watchFetch(): WatchedFetch {
  const requests: string[] = []
  const concurrency = new Map<string, number>()
  const underWay = new Map<string, number>()
  let gate: PromiseWithResolvers<void> | undefined
  let missing = 0
  let allWait = Promise.withResolvers<void>()
  return {
    requests,
    concurrency,
    async hold(count) {
      gate = Promise.withResolvers()
      missing = count
      allWait = Promise.withResolvers()
      await allWait.promise
    },
    release() {
      gate?.resolve()
      gate = undefined
    },
    fetch: async (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input)
      const request = `${init?.method} ${pathname}${search}`
      requests.push(request)
      const now = (underWay.get(request) ?? 0) + 1
      underWay.set(request, now)
      concurrency.set(request, Math.max(now, concurrency.get(request) ?? 0))
      try {
        const response = await globalThis.fetch(input, init)
        if (gate !== undefined && request.includes('/records?partition=')) {
          if (--missing === 0) allWait.resolve()
          await gate.promise
        }
        return response
      } finally {
        underWay.set(request, now - 1)
      }
    },
  }
}
