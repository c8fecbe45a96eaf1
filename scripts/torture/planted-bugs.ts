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
  {
    name: 'answered-before-write',
    about: 'An append is answered when its entry is formed, before it is written.',
    attack: 'kill-server',
  },
  {
    name: 'commit-answered-early',
    about: 'A committed offset is answered before its record is written.',
    attack: 'kill-server',
  },
  {
    name: 'sound-tail-cut',
    about:
      'Recovery takes the last whole entry of the journal for a torn one, as nothing follows it.',
    attack: 'kill-server',
  },
  {
    name: 'append-in-parts',
    about: 'An append to several partitions is several journal entries, one a partition.',
    attack: 'kill-server',
  },
  {
    name: 'deleted-before-checkpoint',
    about:
      'Trimmed segments are deleted before the checkpoint that no longer names them is durable.',
    attack: 'kill-server',
  },
  {
    name: 'slot-freed-early',
    about: 'Journal slots are free again when a checkpoint is begun, not when it is durable.',
    attack: 'kill-server',
  },
  {
    name: 'state-index-believed',
    about:
      'LMDB is trusted over the log: committed offsets that it has not seen are not applied at a start.',
    attack: 'kill-server',
  },
  {
    name: 'producers-forgotten',
    about:
      'After a start only the saved state of producers is known: what they sent since is taken again.',
    attack: 'kill-server',
  },
  {
    name: 'keys-forgotten',
    about: 'Idempotency-Keys of before a start are forgotten.',
    attack: 'kill-server',
  },
  {
    name: 'journal-not-synced',
    about: 'The journal is written and never synced.',
    attack: 'power-cuts-on-ext4',
  },
  {
    name: 'directories-not-synced',
    about: 'No directory is ever synced.',
    attack: 'power-cuts-on-ext4',
  },
  {
    name: 'segments-not-synced',
    about: 'A checkpoint frees the journal without syncing the segments.',
    attack: 'power-cuts-on-ext4',
  },
  {
    name: 'recovery-not-synced',
    about: 'Recovery does not sync the segments that it writes.',
    attack: 'power-cuts-on-ext4',
  },
  {
    name: 'slot-name-not-synced',
    about: 'The directory is not synced after a new journal slot is renamed into place.',
    attack: 'power-cuts-on-ext4',
  },
  {
    name: 'checkpoint-not-synced',
    about: 'A file that takes the place of another is renamed without being synced.',
    attack: 'power-cuts-on-ext4',
  },
]

export const PLANTED_NAMES: readonly string[] = PLANTED_BUGS.map(({ name }) => name)
