import type { CrashingFile } from './crashing-file.ts'
import type { SeededRandom } from './seeded-random.ts'

export type CrashingNode = CrashingFile | CrashingDirectory

/** What one name means after a change: nothing, when it was taken away. */
export interface NameChange {
  readonly directory: CrashingDirectory
  readonly name: string
  readonly node: CrashingNode | undefined
}

/**
 * One directory of a `CrashingDisk`. A change (a rename is one, with two names) survives a power cut whole or not at
 * all; those of one directory survive in their order. Those of different directories have no order between them.
 */
export class CrashingDirectory {
  readonly #seen = new Map<string, CrashingNode>()
  readonly #durable = new Map<string, CrashingNode>()
  #unsynced: (readonly NameChange[])[] = []

  get names(): readonly string[] {
    return [...this.#seen.keys()].sort()
  }

  get(name: string): CrashingNode | undefined {
    return this.#seen.get(name)
  }

  /** One change, of this directory and, at a rename, of the one that the name was in. */
  change(changes: readonly NameChange[]): void {
    for (const { directory, name, node } of changes) {
      if (node === undefined) directory.#seen.delete(name)
      else directory.#seen.set(name, node)
    }
    this.#unsynced.push(changes)
    const elsewhere = changes.find(({ directory }) => directory !== this)
    if (elsewhere !== undefined) elsewhere.directory.#unsynced.push(changes)
  }

  sync(): void {
    this.#keep(this.#unsynced.length)
  }

  /** What is here after a power cut, with everything below. */
  afterPowerCut(
    random: SeededRandom,
    survive: (node: CrashingFile, name: string) => CrashingFile,
  ): CrashingDirectory {
    const survivor = new CrashingDirectory()
    for (const [name, node] of this.#durable) {
      const found =
        node instanceof CrashingDirectory
          ? node.afterPowerCut(random, survive)
          : survive(node, name)
      survivor.#seen.set(name, found)
      survivor.#durable.set(name, found)
    }
    return survivor
  }

  /** How far each directory had got when the power went. Before anything is read back: a rename touches two. */
  settle(random: SeededRandom): void {
    this.#keep(random.below(this.#unsynced.length + 1))
    this.#unsynced = []
    for (const node of new Set([...this.#seen.values(), ...this.#durable.values()])) {
      if (node instanceof CrashingDirectory) node.settle(random)
    }
  }

  #keep(count: number): void {
    const kept = this.#unsynced.slice(0, count)
    this.#unsynced = this.#unsynced.slice(count)
    for (const changes of kept) {
      for (const { directory, name, node } of changes) {
        if (node === undefined) directory.#durable.delete(name)
        else directory.#durable.set(name, node)
        // A rename that one of its directories made durable is so in the other.
        directory.#unsynced = directory.#unsynced.filter((other) => other !== changes)
      }
    }
  }
}
