/**
 * A bug that a store of this kind has really had: a patch in `planted-bugs/`, and the attack that must find it. The
 * patches are applied to a copy of the sources; what is published has no trace of them.
 */
export interface PlantedBug {
  /** Of the patch, without its `.patch`. */
  readonly name: string
  /** What is wrong with the store then, as a sentence. */
  readonly about: string
  readonly attack: string
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'answered-before-sync',
    about: 'An append is answered when it is written, and synced later.',
    attack: 'simulated-power-cuts',
  },
]

export const PLANTED_NAMES: readonly string[] = PLANTED_BUGS.map(({ name }) => name)
