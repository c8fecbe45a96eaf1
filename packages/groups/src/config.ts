export interface GroupsConfig {
  /** A member that is silent for longer has left. */
  readonly sessionTimeoutMs: number
  /** Of one group. */
  readonly membersMax: number
}
