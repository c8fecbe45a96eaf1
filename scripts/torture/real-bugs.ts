/** A bug of Millrace itself, for the record in docs/reliability.md. */
export interface RealBug {
  readonly what: string
  /** An attack with its seed or command, or who read what. */
  readonly foundBy: string
  /** The commit. */
  readonly mendedIn: string
  /** The file that holds its regression test. */
  readonly test: string
}

export const REAL_BUGS: readonly RealBug[] = []
