import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { readWholeFile, replaceFileDurably } from '@millrace/log/whole-file'
import { LogError } from '@millrace/model/log-error'

/** Where everything lies in a data directory. */
export interface DataDirectory {
  readonly path: string
  /** What the format's version is; written last when the directory is made. */
  readonly format: string
  readonly lock: string
  readonly checkpoint: string
  readonly journal: string
  /** One directory a partition. */
  readonly topics: string
  /** LMDB; may be deleted. */
  readonly index: string
  /** What recovery or repair took away. Never deleted by itself. */
  readonly setAside: string
  /** Partitions that are being brought in. */
  readonly import: string
}

export function dataDirectoryAt(path: string): DataDirectory {
  return {
    path,
    format: join(path, 'format.json'),
    lock: join(path, 'LOCK'),
    checkpoint: join(path, 'checkpoint'),
    journal: join(path, 'journal'),
    topics: join(path, 'topics'),
    index: join(path, 'index'),
    setAside: join(path, 'set-aside'),
    import: join(path, 'import'),
  }
}

/** What `format.json` says. */
export interface Format {
  readonly version: number
  /** A UUID: which data directory this is, wherever it lies. */
  readonly id: string
}

/** Undefined when there is none: the directory is new, or its making was cut short. */
export async function readFormat(disk: Disk, paths: DataDirectory): Promise<Format | undefined> {
  const bytes = await readWholeFile(disk, paths.format)
  if (bytes === undefined) return undefined
  const format = parseFormat(Buffer.from(bytes).toString())
  if (format === undefined) {
    throw new LogError(
      'DATA_DIRECTORY_DAMAGED',
      `${paths.format} is not readable. ${NEW_FORMAT_FILE}`,
    )
  }
  if (format.version <= FORMAT_VERSION) return format
  throw new LogError(
    'DATA_DIRECTORY_NEWER',
    `${paths.path} has format ${format.version}, and this version of Millrace knows ${FORMAT_VERSION}. ` +
      'Nothing was changed. Start it with the version that wrote it, or a later one.',
  )
}

export async function writeFormat(disk: Disk, paths: DataDirectory): Promise<Format> {
  const format: Format = { version: FORMAT_VERSION, id: randomUUID() }
  await replaceFileDurably(disk, paths.format, Buffer.from(`${JSON.stringify(format)}\n`))
  return format
}

/** Before anything is written there, be it a lock: a directory of somebody else's stays as it is. */
export async function expectOwnOrEmpty(disk: Disk, paths: DataDirectory): Promise<void> {
  const found = await disk.stat(paths.path)
  if (found?.isDirectory !== true || (await disk.stat(paths.format)) !== undefined) return
  await expectNothingToLose(disk, paths)
}

/** Before a directory without `format.json` is made into a store: there must be nothing in it to lose. */
export async function expectNothingToLose(disk: Disk, paths: DataDirectory): Promise<void> {
  const foreign = (await disk.list(paths.path)).filter((name) => !isMadeFirst(name))
  const isTopics = (await disk.stat(paths.topics)) !== undefined
  const topics = isTopics ? await disk.list(paths.topics) : []
  const [found] = [...foreign, ...topics.map((name) => join('topics', name))]
  if (found === undefined) return
  const what = `${paths.path} has no format.json and is not empty: it has ${found}.`
  const hasCheckpoint = (await disk.stat(paths.checkpoint)) !== undefined
  if (!hasCheckpoint && topics.length === 0) {
    throw new LogError('NOT_A_DATA_DIRECTORY', `${what} Name an empty directory.`)
  }
  const nextStep = hasCheckpoint ? NEW_FORMAT_FILE : IMPORT_ELSEWHERE
  throw new LogError('DATA_DIRECTORY_DAMAGED', `${what} ${nextStep}`)
}

/** Also the directories above it. */
export async function makeDirectories(disk: Disk, path: string): Promise<void> {
  if ((await disk.stat(path)) !== undefined) return
  const parent = dirname(path)
  if (parent !== path) await makeDirectories(disk, parent)
  await disk.makeDirectory(path)
  await disk.syncDirectory(parent)
}

function parseFormat(text: string): Format | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    const { version, id } = { version: undefined, id: undefined, ...parsed }
    return typeof version === 'number' && typeof id === 'string' ? { version, id } : undefined
  } catch {
    return undefined
  }
}

const FORMAT_VERSION = 1

/** True as long as there is but one version. The id is LMDB's to compare, and LMDB can be made again. */
const NEW_FORMAT_FILE =
  'Put format.json back from a backup, or write it anew: {"version":1,"id":"<any UUID>"} is all that it says.'

/** What helps where nothing says any more which partitions there are. */
export const IMPORT_ELSEWHERE =
  'Put the whole directory back from a backup; or bring each partition below topics/ into a new data directory ' +
  'with `millrace log import DIR --data-dir NEW`, without what only the journal had, without committed offsets ' +
  "and the topics' settings."

function isMadeFirst(name: string): boolean {
  // The lock has files of its own beside it.
  return name.startsWith('LOCK') || MADE_FIRST.includes(name)
}

/** What the making of a store may have left when it was cut short; `lost+found` is a file system's own. */
const MADE_FIRST = [
  'checkpoint',
  'checkpoint.tmp',
  'format.json.tmp',
  'journal',
  'lost+found',
  'reserve',
  'reserve.tmp',
  'topics',
]
