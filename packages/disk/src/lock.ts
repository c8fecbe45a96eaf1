import { access, constants, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LogError } from '@millrace/model/log-error'

/** A data directory, held by this process until it lets go or dies. */
export interface Lock extends AsyncDisposable {
  release(): Promise<void>
}

/** Who holds a lock, as it wrote itself into the file beside it. */
export interface LockHolder {
  readonly pid: number
  readonly host: string
  /** ISO 8601. */
  readonly since: string
}

/**
 * Takes the lock, or rejects with DATA_DIRECTORY_IN_USE and says who has it; with Node's own error (ENOTDIR, EACCES,
 * EROFS) where this process cannot write. The kernel holds it, through SQLite: it goes with the process, however that
 * ends. Nobody in this process may open the file itself, even to read: closing it again would let the lock go.
 */
export async function acquireLock(path: string): Promise<Lock> {
  const database = await openExclusively(path)
  HELD.add(database)
  const holderPath = holderPathOf(path)
  const release = async () => {
    if (!HELD.delete(database)) return
    await rm(holderPath, { force: true })
    database.close()
  }
  try {
    await writeFile(holderPath, JSON.stringify(thisProcess()), { mode: 0o600 })
  } catch (error) {
    await release()
    throw error
  }
  return { release, [Symbol.asyncDispose]: release }
}

/** Who wrote itself down last; undefined when nobody did, or it cannot be read. */
export async function readLockHolder(path: string): Promise<LockHolder | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(holderPathOf(path), 'utf8'))
    return isLockHolder(holder) ? holder : undefined
  } catch {
    // It only serves a message: without it, that says less.
    return undefined
  }
}

async function openExclusively(path: string): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path)
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if (isLockedByOther(error)) throw await inUse(path)
    await expectWritable(path)
    throw error
  }
}

/** SQLite says that it cannot open a file, and not why. */
async function expectWritable(path: string): Promise<void> {
  await readdir(dirname(path))
  await access(dirname(path), constants.W_OK | constants.X_OK)
  await access(path, constants.R_OK | constants.W_OK)
}

/** A database that nobody refers to is closed, and its lock gone. */
const HELD = new Set<DatabaseSync>()

/** SQLITE_BUSY. */
const LOCKED_BY_OTHER = 5

function isLockedByOther(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === LOCKED_BY_OTHER
}

function holderPathOf(path: string): string {
  return `${path}.json`
}

function thisProcess(): LockHolder {
  return { pid: process.pid, host: hostname(), since: new Date().toISOString() }
}

async function inUse(path: string): Promise<LogError> {
  const holder = await readLockHolder(path)
  const who =
    holder === undefined
      ? `${dirname(path)} is held by a process that is just starting.`
      : `Process ${holder.pid} on ${holder.host} has held ${dirname(path)} since ${holder.since}.`
  return new LogError('DATA_DIRECTORY_IN_USE', `${who} Stop it, or use another data directory.`)
}

function isLockHolder(value: unknown): value is LockHolder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'host' in value &&
    typeof value.host === 'string' &&
    'since' in value &&
    typeof value.since === 'string'
  )
}
