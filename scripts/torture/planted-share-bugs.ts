/** Bugs of share groups, as `PLANTED_BUGS` has them. */
export const SHARE_BUGS: readonly { readonly name: string; readonly about: string }[] = [
  {
    name: 'later-not-withdrawn',
    about: 'A record that is released leaves those behind it, of its key, with whoever has them.',
  },
  {
    name: 'front-of-lane-not-looked-at',
    about: 'A record is handed out when it is ready, whoever has an earlier one of its key.',
  },
  {
    name: 'old-receipt-counts',
    about: 'A receipt counts as long as anybody has the record.',
  },
  {
    name: 'letter-apart-from-settling',
    about: 'A dead letter is appended first, and its record settled by another append.',
  },
  {
    name: 'snapshot-forgets-counts',
    about: 'The state of a partition says nothing of how often a record was handed out.',
  },
  {
    name: 'snapshot-forgets-parked',
    about: 'The state of a partition does not name the keys that are parked.',
  },
  {
    name: 'snapshot-forgets-redriven',
    about: 'The state of a partition does not name the records that were redriven.',
  },
  {
    name: 'share-growth-ignored',
    about:
      'What a share group has behind a growth is handed out while what its key has before it is not settled.',
  },
  {
    name: 'share-answered-before-append',
    about: 'Acknowledgements of a share group are answered before they are written down.',
  },
  {
    name: 'expired-stay-in-lanes',
    about:
      'Records that a trim passed stay where they are, and what is behind them is not looked at.',
  },
  {
    name: 'parked-forgotten-at-start',
    about:
      'Which keys are parked is read from the last state only: what was parked since goes on after a start.',
  },
  {
    name: 'counts-lost-at-start',
    about: 'After a start every record counts as handed out once at most.',
  },
  {
    name: 'facts-overwritten',
    about:
      'After a start facts are numbered from the last state on: they take the place of those that are there.',
  },
  {
    name: 'taken-twice',
    about:
      'One call hands a record out twice, when one before it could not be read (a real bug of ours).',
  },
  {
    name: 'redriven-out-of-turn',
    about:
      'A redriven record that was next before it was given up on comes before the earlier ones of its key (a real bug of ours).',
  },
  {
    name: 'acceptances-written-first',
    about:
      'Facts are written with acceptances first, and then cannot be read again (a real bug of ours).',
  },
  {
    name: 'parked-in-one-partition',
    about:
      'Of a key that is parked, what another partition has looked at goes after what it looks at later (a real bug of ours).',
  },
  {
    name: 'unparked-in-one-partition',
    about: 'A key that is parked no more stays so in other partitions (a real bug of ours).',
  },
  {
    name: 'taken-back-overtaken',
    about:
      'Of a parked key, what was taken back is copied after what comes later (a real bug of ours).',
  },
]
