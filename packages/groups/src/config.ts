export interface GroupsConfig {
  /** A member that is silent for longer has left. */
  readonly sessionTimeoutMs: number
  /** That have, or had, members. */
  readonly groupsMax: number
  /** Of one group. */
  readonly membersMax: number
}
