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

export const REAL_BUGS: readonly RealBug[] = [
  {
    what:
      'Asked for a time that lay in a damaged or missing batch at the end of a segment, the store answered with a later ' +
      'record: whoever began to read there was never told of the loss.',
    foundBy: 'flipped-bits --seed 22, damaged-files --seed 24',
    mendedIn: '0a0431d',
    test: 'packages/storage/test/damaged-time.test.ts',
  },
  {
    what:
      'When run, sequence or magic in the header of the last journal entry rotted, the entry was dropped as torn without ' +
      'being set aside or reported.',
    foundBy: 'flipped-bits --seed 900',
    mendedIn: '7762111',
    test: 'packages/storage/test/torn-or-damaged.test.ts',
  },
  {
    what:
      'Two checkpoints at once: one asked for in the step in which another ended, with a third waiting. They met in ' +
      'their unfinished file, and the store took that for a failing disk and ended all writing.',
    foundBy: 'pnpm torture broker-power-cuts --seed 36',
    mendedIn: '0fef516',
    test: 'packages/storage/test/checkpoints-at-once.test.ts',
  },
  {
    what:
      'A bit flipped in a page of LMDB that leads to others hid keys though all entries were sound: a committed offset was ' +
      'not found, or was there twice after the next commit.',
    foundBy: 'damaged-lmdb --seed 215 and --seed 356',
    mendedIn: 'ae09995',
    test: 'packages/storage/test/index-environment.test.ts',
  },
  {
    what:
      '`millrace log verify` of a store that was killed while it wrote an index called that index damaged, with exit status 7, ' +
      'though the next start makes it again and says nothing.',
    foundBy: 'kill-server --seed 3003 (killed during an index write)',
    mendedIn: '05a4920',
    test: 'packages/cli/test/log-after-crash.test.ts',
  },
  {
    what:
      'A log removed while a checkpoint waited for its segments was named by it as one that has them: after a crash before ' +
      'the next checkpoint the store said that it is damaged, and did not open.',
    foundBy: 'pnpm torture failing-calls --seed 49',
    mendedIn: 'b20e0a1',
    test: 'packages/storage/test/removed-at-checkpoint.test.ts',
  },
  {
    what: 'A stop on a full disk waited for room, for ever.',
    foundBy: 'pnpm torture failing-calls --seed 2',
    mendedIn: '0901e25',
    test: 'packages/storage/test/full-disk.test.ts',
  },
  {
    what: 'When the journal failed while a checkpoint waited for that entry, the checkpoint waited for ever, and a stop for it.',
    foundBy: 'pnpm torture failing-calls --seed 252',
    mendedIn: '36b821c',
    test: 'packages/storage/test/failing-disk.test.ts',
  },
  {
    what:
      'Two writes that found no room at once: the reserve was given up for the one, and the other had commits refused for a ' +
      'second though there was room.',
    foundBy: 'pnpm torture full-disk --seed 1',
    mendedIn: '3f41b5e',
    test: 'packages/storage/test/full-disk.test.ts',
  },
  {
    what:
      'A journal slot whose maker ended before it had synced the directory was used, and named by the checkpoint, without ' +
      'that being made up for: after a power cut the store said that it is damaged, and did not open.',
    foundBy: 'pnpm torture failing-calls --seed 598',
    mendedIn: '7028deb',
    test: 'packages/journal/test/slot-names.test.ts',
  },
  {
    what: 'Damage among the pages that LMDB takes for free, or in its table of positions, killed the process at its first commit, start after start.',
    foundBy: 'damaged-lmdb --seed 288 and --seed 648',
    mendedIn: '4d6b550',
    test: 'packages/storage/test/index-environment.test.ts',
  },
  {
    what: 'A configuration file with a YAML alias inside the mapping that it names ended in a stack overflow instead of a message.',
    foundBy: 'whoever wrote fuzz-configuration',
    mendedIn: '403be15',
    test: 'packages/server/test/config.test.ts',
  },
  {
    what: 'Fetches that came in one packet were all begun at once: a client that read nothing made the server hold hundreds of the largest answers.',
    foundBy: 'slow-clients --seed 1',
    mendedIn: 'f987f35',
    test: 'packages/http/test/answer-turns.test.ts',
  },
  {
    what:
      'An append both to a log that was just made and to one not used since the start, as a produce with an Idempotency-Key ' +
      'to a new topic may be, failed an assertion, and the process ended.',
    foundBy: 'pnpm torture simulated-power-cuts --seed 4069',
    mendedIn: '7cb1058',
    test: 'packages/storage/test/logs.test.ts',
  },
  {
    what:
      'A new data directory whose making was cut short by a kill, and finished by the next start, did not open after a power ' +
      'cut right then: its checkpoint named a journal slot whose name had not been synced.',
    foundBy: 'pnpm torture simulated-power-cuts --seed 28975',
    mendedIn: '517ab18',
    test: 'packages/storage/test/making.crash.test.ts',
  },
  {
    what: 'A setting of 64,000 letters that does not exist kept the start busy for seconds, looking for a name that is like it.',
    foundBy: 'pnpm torture fuzz-configuration --seed 33',
    mendedIn: '55b33f6',
    test: 'packages/model/test/nearest.test.ts',
  },
  {
    what: 'A configuration file of 256 KiB with nothing but faults in it took YAML seven seconds. Such a file is refused now.',
    foundBy: 'pnpm torture fuzz-configuration --seed 26',
    mendedIn: 'a1cef8f',
    test: 'packages/server/test/config.test.ts',
  },
  {
    what: 'A record of a share group that was renewed and accepted in one turn left facts that could not be read again: the group was of no use after the next start.',
    foundBy: 'pnpm torture share-churn',
    mendedIn: 'cb1ea6a',
    test: 'packages/broker/test/share-groups.test.ts',
  },
  {
    what: 'One acquire handed out a record twice when the copy of a redriven one before it was gone.',
    foundBy: 'pnpm torture share-churn',
    mendedIn: 'cb1ea6a',
    test: 'packages/broker/test/redriven-records.test.ts',
  },
  {
    what: 'A redriven record came before earlier ones of its key, by a place that it had in a queue before it was given up on.',
    foundBy: 'pnpm torture share-churn',
    mendedIn: 'cb1ea6a',
    test: 'packages/broker/test/redriven-records.test.ts',
  },
  {
    what: 'A key that was parked in one partition of a topic that grew went to the dead-letter topic out of its order from another, and after a redrive what was left there hung until the next start.',
    foundBy: 'pnpm torture share-churn',
    mendedIn: 'cb1ea6a',
    test: 'packages/broker/test/parked-keys.test.ts',
  },
]
