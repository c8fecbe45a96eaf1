/** One thing that is other in a later schema, at the level on which people think of schemas. */
export interface SchemaChange {
  /**
   * The field, by the later name where it was renamed: `customer.addresses[].city`; `[]` is what an
   * array holds, `{}` what a map does. Empty: the schema itself.
   */
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** What of it: `field`, `type`, `default`, `alias`, `symbol`, `branch`, or an attribute's name. */
  readonly what: string
  /** In words. Left out: there was nothing. */
  readonly from?: string
  /** In words. Left out: there is nothing any more. */
  readonly to?: string
}

/** Nothing, where the two are the same. */
export function changeOf(
  path: string,
  what: string,
  from: string | undefined,
  to: string | undefined,
): readonly SchemaChange[] {
  if (from === to) return []
  if (from === undefined) return to === undefined ? [] : [{ path, kind: 'added', what, to }]
  if (to === undefined) return [{ path, kind: 'removed', what, from }]
  return [{ path, kind: 'changed', what, from, to }]
}

/** What is in one list only; and that the order is another, where it is that alone. */
export function listChanges(
  path: string,
  what: string,
  before: readonly string[],
  after: readonly string[],
): readonly SchemaChange[] {
  const [earlier, later] = [new Set(before), new Set(after)]
  const added = after.filter((one) => !earlier.has(one))
  const removed = before.filter((one) => !later.has(one))
  if (added.length === 0 && removed.length === 0) {
    return changeOf(path, `order of ${what}s`, before.join(', '), after.join(', '))
  }
  return [
    ...added.flatMap((one) => changeOf(path, what, undefined, one)),
    ...removed.flatMap((one) => changeOf(path, what, one, undefined)),
  ]
}
