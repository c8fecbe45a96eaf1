import { SHARE_BUGS } from './planted-share-bugs.ts'

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
    about:
      'An append is answered when its entry is formed, and the entry is written a moment later.',
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
  {
    name: 'other-run-believed',
    about: 'An entry that a reused slot has from an earlier life is believed.',
    attack: 'simulated-power-cuts',
  },
  {
    name: 'segment-before-sync',
    about: 'Batches are written to their segment before their entry is synced.',
    attack: 'simulated-power-cuts',
  },
  {
    name: 'read-before-sync',
    about: 'The high watermark rises when a batch is placed, before the sync.',
    attack: 'simulated-power-cuts',
  },
  {
    name: 'checkpoint-before-segments',
    about: 'The checkpoint is written before the segments that it names are synced.',
    attack: 'simulated-power-cuts',
  },
  {
    name: 'segment-name-not-synced',
    about: 'The directory is not synced after a new segment was made in it.',
    attack: 'simulated-power-cuts',
  },
  {
    name: 'pages-shared',
    about: 'Entries of the journal share pages, which an unfinished write may spoil.',
    attack: 'simulated-power-cuts',
  },
  {
    name: 'torn-entry-believed',
    about: 'The CRC of the items of a journal entry is not compared.',
    attack: 'simulated-power-cuts',
  },
  {
    name: 'answer-kept-apart',
    about: 'The answer to an Idempotency-Key is kept in an append of its own.',
    attack: 'broker-power-cuts',
  },
  {
    name: 'index-not-caught-up',
    about: 'An index that is behind its log at a start is not brought up to it.',
    attack: 'broker-power-cuts',
  },
  {
    name: 'two-checkpoints-at-once',
    about: 'A checkpoint may begin while another is being made.',
    attack: 'broker-power-cuts',
  },
  {
    name: 'sync-retried',
    about: 'A sync that failed is tried again, and its success believed.',
    attack: 'failing-calls',
  },
  {
    name: 'short-write-ignored',
    about: 'A short write to the journal is taken for a whole one.',
    attack: 'failing-calls',
  },
  {
    name: 'removed-log-named',
    about: 'A checkpoint names a log that was removed before its segments were written.',
    attack: 'failing-calls',
  },
  {
    name: 'stop-waits-for-room',
    about: 'A stop waits for room on the disk for as long as there is none.',
    attack: 'failing-calls',
  },
  {
    name: 'no-room-swallowed',
    about: 'A write to a segment that finds no room counts as written.',
    attack: 'full-disk',
  },
  {
    name: 'reserve-not-shared',
    about: 'Of writes that find no room at once, the second does not get any of the reserve.',
    attack: 'full-disk',
  },
  {
    name: 'index-trusted-without-a-check',
    about: 'The batch that an index entry leads to is not compared with it.',
    attack: 'flipped-bits',
  },
  {
    name: 'crc-not-checked-on-read',
    about: 'A batch that is read from a segment is not checked against its CRC.',
    attack: 'flipped-bits',
  },
  {
    name: 'damage-skipped-in-silence',
    about: 'A read goes on after damage, and does not say what is lost.',
    attack: 'flipped-bits',
  },
  {
    name: 'index-values-without-checksum',
    about: 'What LMDB answers is believed: its values are not checked against a checksum.',
    attack: 'damaged-lmdb',
  },
  {
    name: 'index-mapped-without-a-look',
    about:
      'The file of LMDB is mapped whatever its length, and no start knows that the one before died of it.',
    attack: 'damaged-lmdb',
  },
  {
    name: 'decoder-believes-a-length',
    about: 'The decoder makes room for as many records as a batch says that it has.',
    attack: 'fuzz-batches',
  },
  {
    name: 'bomb-not-bounded',
    about: 'Records are decompressed without a limit.',
    attack: 'fuzz-batches',
  },
  {
    name: 'field-names-remembered-without-end',
    about:
      'Every name of a field is remembered and compared with: a body with many takes quadratic time.',
    attack: 'fuzz-json',
  },
  {
    name: 'alias-followed-in-circles',
    about:
      'A configuration file with a mapping that contains itself is followed until the stack is full.',
    attack: 'fuzz-configuration',
  },
  {
    name: 'body-budget-never-given-back',
    about: 'What a body took of the room for all bodies is not given back.',
    attack: 'hostile-http',
  },
  {
    name: 'origin-parsed-without-care',
    about: 'An Origin header that is no URL is an exception that nobody expects.',
    attack: 'hostile-http',
  },
  {
    name: 'fetches-begun-all-at-once',
    about: 'Fetches that come in one packet are all begun at once, and their answers held.',
    attack: 'slow-clients',
  },
  {
    name: 'damage-taken-for-a-tear',
    about:
      'Recovery takes a damaged entry for a torn one, and cuts off what follows it, acknowledged or not.',
    attack: 'flipped-bits',
  },
  {
    name: 'made-log-loaded-again',
    about: 'A log that was just made is loaded again beside one that must be (a real bug of ours).',
    attack: 'simulated-power-cuts',
  },
  {
    name: 'partition-given-early',
    about:
      'A partition goes to its new owner when it is to have it, though the old one still holds it.',
    attack: 'group-churn',
  },
  {
    name: 'old-word-lets-go',
    about:
      'A member that was told to let go of a partition has done so with whatever poll comes next, also one that it sent again as it had not heard the answer.',
    attack: 'group-churn',
  },
  {
    name: 'sign-of-life-commits',
    about: 'A sign of life counts as a word that what came before is processed.',
    attack: 'group-churn',
  },
  {
    name: 'reset-not-fenced',
    about: 'After a reset, members go on, and commit, by what they knew before.',
    attack: 'group-churn',
  },
  {
    name: 'member-told-before-sync',
    about: 'A member is told of its partitions before that is on disk.',
    attack: 'group-churn',
  },
  {
    name: 'sessions-lost-at-start',
    about:
      'Members that were in a group before a start, and do not come back, are waited for without an end.',
    attack: 'group-churn',
  },
  {
    name: 'takeover-not-fenced',
    about: 'A static member that was taken over goes on beside the one that took its place.',
    attack: 'group-churn',
  },
  {
    name: 'growth-not-waited-for',
    about:
      'What was produced after a topic grew is handed out while what was before it is not processed.',
    attack: 'group-churn',
  },
  {
    name: 'growth-lost-in-a-crash',
    about:
      'A crash between the growth of a topic and the note of where it grew is not made up for.',
    attack: 'group-churn',
  },
  ...SHARE_BUGS.map((bug) => ({ ...bug, attack: 'share-churn' })),
]

export const PLANTED_NAMES: readonly string[] = PLANTED_BUGS.map(({ name }) => name)
