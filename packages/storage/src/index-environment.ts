/**
 * `<data>/index/`: one LMDB environment with a table for each internal topic. All of it follows from the logs
 * and state files, so whatever is wrong with it, it is removed and made again.
 *
 *     data.mdb lock.mdb   LMDB's own
 *     opening             there while the tables are read through at a start, and first written to. Found at a
 *                         start, the one before died of that: damage in an LMDB file can kill a process. What only
 *                         a later write meets, among the pages that LMDB takes for free, the first write of the
 *                         next start does.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { LogError } from '@millrace/model/log-error'
import { open, type RootDatabase, type Transaction } from 'lmdb'
import { IndexTable } from './index-table.ts'
import { isSafeToMap } from './lmdb-header.ts'

/** Owns the LMDB environment. */
export class IndexEnvironment {
  readonly #root: RootDatabase<Buffer, string>
  readonly #tables: ReadonlyMap<string, IndexTable>
  /** Why the tables are empty, when what was there could not be used. */
  readonly note: string | undefined

  /** `owner` names the data directory: the index of another is not used. */
  static async open(
    disk: Disk,
    directory: string,
    wanted: { readonly owner: string; readonly tables: readonly string[] },
  ): Promise<IndexEnvironment> {
    if ((await disk.stat(directory)) === undefined) await disk.makeDirectory(directory)
    const marker = join(directory, OPENING)
    let note = await whyNotToMap(disk, directory)
    if (note !== undefined) await removeFiles(disk, directory)
    await (await disk.open(marker, 'create')).close()
    let environment: IndexEnvironment
    try {
      environment = new IndexEnvironment(directory, wanted.tables, note)
      await environment.#expectSound(wanted.owner)
      await environment.#expectWritable(wanted.owner)
      await disk.unlink(marker)
      return environment
    } catch (error) {
      // A failed checksum of ours, or LMDB's own complaint about its pages.
      const damage = error instanceof Error ? error.message : String(error)
      await removeFiles(disk, directory)
      note = `The index was damaged and is made again: ${damage}`
      environment = new IndexEnvironment(directory, wanted.tables, note)
      await environment.#sign(wanted.owner)
      return environment
    }
  }

  private constructor(path: string, tables: readonly string[], note: string | undefined) {
    this.note = note
    this.#root = open<Buffer, string>({
      path,
      noSubdir: false,
      encoding: 'binary',
      maxDbs: TABLES_MAX,
      maxReaders: READERS_MAX,
      // The default makes a commit visible before it is on disk, and after a crash believes what is not.
      overlappingSync: false,
      // Our transactions come one at a time. With it, a failed commit also rejects a promise that nobody has.
      eventTurnBatching: false,
    })
    this.#tables = new Map(tables.map((name) => [name, new IndexTable(this.#root, name)]))
  }

  table(name: string): IndexTable {
    const table = this.#tables.get(name)
    if (table === undefined) throw new Error(`The index has no table ${name}.`)
    return table
  }

  /**
   * One LMDB transaction, on disk when it resolves. IndexWriteError: nothing was written, and it may be tried
   * again. STORAGE_FAILED: LMDB does not answer any more. `write` only hands over puts and removals, which a
   * thread of LMDB's carries out; what it reads is what was there before.
   */
  async transaction(write: () => void): Promise<void> {
    try {
      await this.#beforeDeadline(this.#root.batch(write))
    } catch (error) {
      throw await writeErrorOf(error)
    }
    // A read transaction of before would not show what was just written.
    this.#root.resetReadTxn()
  }

  async clear(table: IndexTable): Promise<void> {
    await this.#beforeDeadline(table.clear())
  }

  /** One moment of all tables, for as long as it is read from. */
  async withSnapshot<T>(read: (snapshot: Transaction) => Promise<T>): Promise<T> {
    this.#root.resetReadTxn()
    const snapshot = this.#root.useReadTransaction()
    try {
      return await read(snapshot)
    } finally {
      snapshot.done()
    }
  }

  async close(): Promise<void> {
    await this.#beforeDeadline(this.#root.close())
  }

  /** Reads all of it through. Closes, and throws what is wrong. */
  async #expectSound(owner: string): Promise<void> {
    try {
      const signed = this.#root.get(OWNER)?.toString()
      if ((signed ?? owner) !== owner) throw new Error('It is the index of another data directory.')
      for (const [name, table] of this.#tables) {
        const position = table.position()
        if (position === undefined) {
          if (!table.isEmpty) throw new Error(`${name} was not filled to its end.`)
          continue
        }
        if (signed === undefined) throw new Error('It is not signed.')
        const { count, checksum } = table.measure()
        const isWhole = count === position.count && checksum === position.checksum
        if (!isWhole) throw new Error(`${name} does not hold what was written to it.`)
      }
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Only a write shows whether one can be made. Closes, and throws LMDB's complaint. A full disk is no damage. */
  async #expectWritable(owner: string): Promise<void> {
    const isSigned = this.#root.get(OWNER) !== undefined
    try {
      await this.#sign(owner)
    } catch (error) {
      const isDamage = !(error instanceof IndexWriteError) || error.message.includes(OF_LMDB)
      if (isSigned && !isDamage) return
      await this.close()
      throw error
    }
  }

  async #sign(owner: string): Promise<void> {
    await this.transaction(() => {
      void this.#root.put(OWNER, Buffer.from(owner))
      // LMDB does not write what is there already.
      void this.#root.put(SIGNED, randomBytes(8))
      for (const table of this.#tables.values()) table.touch()
    })
  }

  async #beforeDeadline(work: Promise<unknown>): Promise<void> {
    const deadline = Promise.withResolvers<never>()
    // LMDB works in real time, also when a test's clock jumps.
    const cancel = SYSTEM_CLOCK.schedule(DEADLINE_MS, () => {
      deadline.reject(new LogError('STORAGE_FAILED', `LMDB did not answer in ${DEADLINE_MS} ms.`))
    })
    try {
      await Promise.race([work, deadline.promise])
    } finally {
      cancel()
    }
  }
}

/** LMDB took a transaction back: the disk is full (which it may call an I/O error), or failed. */
export class IndexWriteError extends Error {
  override readonly name = 'IndexWriteError'
}

const OPENING = 'opening'
const OWNER = 'owner'
const SIGNED = 'signed'
/** What its errors begin with that are not the system's. */
const OF_LMDB = 'MDB_'
const FILES = ['data.mdb', 'lock.mdb', OPENING]
const TABLES_MAX = 32
/** This process alone reads, with few transactions at once. */
const READERS_MAX = 16
/** After some failures of the disk LMDB never settles a promise. */
const DEADLINE_MS = 30_000

async function whyNotToMap(disk: Disk, directory: string): Promise<string | undefined> {
  if ((await disk.stat(join(directory, OPENING))) !== undefined) {
    return 'The last start did not get through the index; it is made again.'
  }
  const data = join(directory, 'data.mdb')
  if ((await disk.stat(data)) === undefined || (await isSafeToMap(disk, data))) return undefined
  return 'The index file was cut short or overwritten; it is made again.'
}

async function removeFiles(disk: Disk, directory: string): Promise<void> {
  for (const name of FILES) {
    const path = join(directory, name)
    if ((await disk.stat(path)) !== undefined) await disk.unlink(path)
  }
}

/** LMDB's own error is in a promise beside the one that it rejects. */
async function writeErrorOf(thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof Error) || !('commitError' in thrown)) return thrown
  const [commit] = await Promise.allSettled([thrown.commitError])
  const reason = commit.status === 'rejected' ? String(commit.reason) : thrown.message
  return new IndexWriteError(`LMDB could not write: ${reason}.`, { cause: thrown })
}
