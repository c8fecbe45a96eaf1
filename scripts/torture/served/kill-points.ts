/** A call of the server's at which it is killed: the n-th one whose path matches. */
export interface KillPoint {
  /** Where, as it goes on after "killed". The first ones of a life are those of recovery, if there is any. */
  readonly name: string
  /** `create` opens a file that is not there yet; `answer` ends an HTTP answer; `change` is seen from outside. */
  readonly call: 'create' | 'write' | 'sync' | 'rename' | 'unlink' | 'rmdir' | 'answer' | 'change'
  /** A regular expression: of a file's path (of a rename: the new one), or of method and path of a request. */
  readonly path: string
  /** `half`: some of the bytes are written. */
  readonly when: 'before' | 'half' | 'after'
  /** Only writes at this position. */
  readonly position?: number
  /** The n is drawn from 1 to this. */
  readonly most: number
}

/** One of them, and its n. */
export interface KillOrder {
  readonly point: KillPoint
  readonly count: number
}

const SLOT = 'journal/[0-9]+\\.journal$'
const SEGMENT = 'topics/.*\\.log$'
const CHECKPOINT = '/checkpoint$'

export const KILL_POINTS: readonly [KillPoint, ...KillPoint[]] = [
  { name: 'during a journal write', call: 'write', path: SLOT, when: 'half', most: 60 },
  { name: 'after a journal write', call: 'write', path: SLOT, when: 'after', most: 60 },
  { name: 'before a journal sync', call: 'sync', path: SLOT, when: 'before', most: 60 },
  { name: 'after a journal sync', call: 'sync', path: SLOT, when: 'after', most: 60 },
  {
    name: 'before an answer',
    call: 'answer',
    path: '^(POST|PUT|DELETE)',
    when: 'before',
    most: 80,
  },
  { name: 'after an answer', call: 'answer', path: '^(POST|PUT|DELETE)', when: 'after', most: 80 },
  {
    name: 'before a commit is answered',
    call: 'answer',
    path: '/offsets$',
    when: 'before',
    most: 6,
  },
  { name: 'after a commit is answered', call: 'answer', path: '/offsets$', when: 'after', most: 6 },
  {
    name: 'during a write to the start of a slot',
    call: 'write',
    path: SLOT,
    when: 'half',
    position: 0,
    most: 6,
  },
  {
    name: 'after a write to the start of a slot',
    call: 'write',
    path: SLOT,
    when: 'after',
    position: 0,
    most: 6,
  },
  { name: 'before a new slot is named', call: 'rename', path: SLOT, when: 'before', most: 1 },
  { name: 'after a new slot is named', call: 'rename', path: SLOT, when: 'after', most: 1 },
  { name: 'before a roll', call: 'create', path: SEGMENT, when: 'before', most: 12 },
  { name: 'after a roll', call: 'create', path: SEGMENT, when: 'after', most: 12 },
  { name: 'during a write behind', call: 'write', path: SEGMENT, when: 'half', most: 12 },
  { name: 'after a write behind', call: 'write', path: SEGMENT, when: 'after', most: 12 },
  { name: 'during an index write', call: 'write', path: 'index$', when: 'half', most: 12 },
  { name: 'before a segment sync', call: 'sync', path: SEGMENT, when: 'before', most: 8 },
  {
    name: 'during a checkpoint',
    call: 'write',
    path: 'checkpoint\\.tmp$',
    when: 'half',
    most: 5,
  },
  {
    name: 'before a checkpoint is renamed',
    call: 'rename',
    path: CHECKPOINT,
    when: 'before',
    most: 5,
  },
  {
    name: 'after a checkpoint is renamed',
    call: 'rename',
    path: CHECKPOINT,
    when: 'after',
    most: 5,
  },
  { name: 'before a segment is deleted', call: 'unlink', path: SEGMENT, when: 'before', most: 6 },
  { name: 'after a segment is deleted', call: 'unlink', path: SEGMENT, when: 'after', most: 6 },
  { name: 'after an index is deleted', call: 'unlink', path: 'index$', when: 'after', most: 6 },
  {
    name: 'after a partition is made',
    call: 'create',
    path: 'partition.metadata',
    when: 'after',
    most: 8,
  },
  {
    name: 'before a partition is removed',
    call: 'rmdir',
    path: 'topics/',
    when: 'before',
    most: 3,
  },
  { name: 'during an LMDB commit', call: 'change', path: 'data\\.mdb$', when: 'after', most: 12 },
  { name: 'while LMDB is opened', call: 'unlink', path: 'index/opening$', when: 'before', most: 1 },
  { name: 'after the first slot syncs', call: 'sync', path: SLOT, when: 'after', most: 2 },
  { name: 'during the first segment writes', call: 'write', path: SEGMENT, when: 'half', most: 2 },
  { name: 'after the first segment syncs', call: 'sync', path: SEGMENT, when: 'after', most: 2 },
  {
    name: 'before the first checkpoint',
    call: 'rename',
    path: CHECKPOINT,
    when: 'before',
    most: 1,
  },
  {
    name: 'after the first checkpoint',
    call: 'rename',
    path: CHECKPOINT,
    when: 'after',
    most: 1,
  },
]
