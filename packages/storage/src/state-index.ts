import { join } from 'node:path'
import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { IndexEnvironment, IndexWriteError } from './index-environment.ts'
import { IndexedState, type StateDefinition, UNWRITTEN_SOON } from './indexed-state.ts'
import { rebuildTable, whyNotFromTable } from './state-rebuild.ts'
import { writeStateFile } from './state-file.ts'
import type { Storage } from './storage.ts'

/**
 * LMDB as the index of the internal topics: opens it, or makes it again from logs and state files, and keeps
 * it at most about a second behind them.
 */
export class StateIndex implements AsyncDisposable {
  /** What was found wrong at the open, and done about it, for people. */
  readonly notes: readonly string[]
  readonly #storage: Storage
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #environment: IndexEnvironment
  readonly #states = new Map<string, IndexedState>()
  #writing: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #problem: LogError | undefined
  #isClosed = false

  static async open(
    storage: Storage,
    disk: Disk,
    clock: Clock,
    definitions: readonly StateDefinition[],
  ): Promise<StateIndex> {
    const tables = definitions.map(({ name }) => name)
    const directory = join(storage.directory, 'index')
    const environment = await IndexEnvironment.open(disk, directory, {
      owner: storage.id,
      tables,
    })
    const notes = environment.note === undefined ? [] : [environment.note]
    const index = new StateIndex(storage, disk, clock, environment, notes)
    try {
      for (const definition of definitions) notes.push(...(await index.#openState(definition)))
      storage.atCheckpoint(() => index.write())
      return index
    } catch (error) {
      await environment.close()
      throw openFailure(error)
    }
  }

  private constructor(
    storage: Storage,
    disk: Disk,
    clock: Clock,
    environment: IndexEnvironment,
    notes: readonly string[],
  ) {
    this.#storage = storage
    this.#disk = disk
    this.#clock = clock
    this.#environment = environment
    this.notes = notes
  }

  state(name: string): IndexedState {
    const state = this.#states.get(name)
    if (state === undefined) throw new Error(`There is no state ${name}.`)
    return state
  }

  /** Why LMDB is behind, when it is: most likely a full disk. It is tried again every second. */
  get problem(): LogError | undefined {
    return this.#problem
  }

  /** Rejects with the problem, if there is one. */
  async expectNoProblem(): Promise<void> {
    if (this.#problem !== undefined) throw this.#problem
  }

  /** Everything that is applied now is in LMDB when it resolves, or there is a `problem`. Else STORAGE_FAILED. */
  async write(): Promise<void> {
    const goals = [...this.#states.values()].map((state) => ({ state, goal: state.nextOffset }))
    do {
      while (this.#writing !== undefined) await this.#writing
      if (this.#isClosed) return
      await this.#writeOnce()
    } while (
      this.#problem === undefined &&
      goals.some(({ state, goal }) => !state.hasWritten(goal))
    )
  }

  /** Writes `<N>.state` from one moment of the table. Answers with N; undefined when nothing was applied yet. */
  async writeStateFile(state: IndexedState): Promise<Offset | undefined> {
    await this.write()
    const table = this.#environment.table(state.name)
    return this.#environment.withSnapshot(async (snapshot) => {
      const position = table.position(snapshot)
      if (position === undefined) return undefined
      const entries = table.entries({ snapshot })
      const directory = directoryOf(this.#storage, state)
      const isWhole = await writeStateFile(this.#disk, directory, entries, position)
      if (isWhole) return position.nextOffset
      throw new LogError(
        'STORAGE_FAILED',
        `The index of ${state.name} is not what was written to it.`,
      )
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    await this.write()
    this.#isClosed = true
    this.#cancelTimer?.()
    await this.#environment.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #openState(definition: StateDefinition): Promise<readonly string[]> {
    const { name, log } = definition
    const table = this.#environment.table(name)
    const why = await whyNotFromTable(table, log)
    const notes = why === undefined ? [] : [`The index of ${name} is made again: ${why}`]
    if (table.position() === undefined || why !== undefined) {
      const directory = directoryOf(this.#storage, definition)
      await rebuildTable(this.#environment, table, log, { disk: this.#disk, directory })
    }
    const state = new IndexedState(this.#storage, definition, table, () => this.#wake())
    this.#states.set(name, state)
    if (state.nextOffset < log.logStartOffset) {
      notes.push(
        `Records ${state.nextOffset} to ${log.logStartOffset - 1} of ${name} are gone, and no sound ` +
          'state file speaks for them: what they say is lost.',
      )
      state.skipTo(log.logStartOffset)
    }
    notes.push(...(await this.#replay(state)))
    return notes
  }

  async #replay(state: IndexedState): Promise<readonly string[]> {
    const notes: string[] = []
    for (;;) {
      try {
        await state.replay(() => this.write())
        await this.write()
        return notes
      } catch (error) {
        const next = error instanceof LogError ? error.fields.nextReadableOffset : undefined
        if (next === undefined) throw error
        notes.push(
          `Records ${state.nextOffset} to ${next - 1} of ${state.name} are damaged: what they say is lost.`,
        )
        state.skipTo(next)
      }
    }
  }

  #wake(): void {
    const isMuch = [...this.#states.values()].some((state) => state.unwrittenCount > UNWRITTEN_SOON)
    if (isMuch && this.#writing === undefined) void this.#writeInBackground()
    else this.#writeSoon()
  }

  #writeSoon(): void {
    this.#cancelTimer ??= this.#clock.schedule(WRITE_INTERVAL_MS, () => {
      this.#cancelTimer = undefined
      void this.#writeInBackground()
    })
  }

  /** What fails here fails again at the checkpoint, which tells. */
  async #writeInBackground(): Promise<void> {
    try {
      await this.write()
    } catch (error) {
      const isKnown = error instanceof LogError
      this.#problem = isKnown
        ? error
        : new LogError('STORAGE_FAILED', 'LMDB failed to write.', { cause: error })
    }
  }

  /** One transaction, with a chunk of each state that has one. */
  async #writeOnce(): Promise<void> {
    const dirty = [...this.#states.values()].flatMap((state) => {
      const chunk = state.takeUnwritten()
      return chunk === undefined ? [] : [{ state, chunk }]
    })
    if (dirty.length === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#writing = promise
    try {
      await this.#environment.transaction(() => {
        for (const { state, chunk } of dirty) {
          this.#environment.table(state.name).write(chunk.changes, chunk.position)
        }
      })
      for (const { state, chunk } of dirty) state.written(chunk)
      this.#problem = undefined
    } catch (error) {
      if (!(error instanceof IndexWriteError)) throw error
      // Nothing is lost by waiting: the logs have it. There may be room the next time.
      this.#problem = new LogError('STORAGE_FULL', `${error.message} It is tried again.`)
      this.#writeSoon()
    } finally {
      this.#writing = undefined
      resolve()
    }
  }
}

const WRITE_INTERVAL_MS = 1_000

function directoryOf(storage: Storage, state: Pick<StateDefinition, 'log'>): string {
  return join(storage.directory, 'topics', state.log.name)
}

/** To serve, an index is needed; to make it, room. */
function openFailure(cause: unknown): unknown {
  if (cause instanceof IndexWriteError)
    return new LogError('STORAGE_FULL', cause.message, { cause })
  return cause
}
