/** One item after the other, over as many pages as there are; the next page is asked for when it is needed. */
export async function* itemsOfPages<Item>(
  fetchPage: (after: string | undefined) => Promise<{
    readonly items: readonly Item[]
    readonly next: string | undefined
  }>,
): AsyncGenerator<Item, void, undefined> {
  let after: string | undefined
  do {
    const { items, next } = await fetchPage(after)
    yield* items
    after = next
  } while (after !== undefined)
}

/** How many items a page has. */
export const PAGE_LIMIT = 1000
