import { access, mkdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A cgroup of one process, of either version: the kernel kills it when it takes more memory than it may. */
export class MemoryGroup implements AsyncDisposable {
  readonly #hierarchy: Hierarchy
  readonly #pid: number

  /** Undefined where this user may make none: cgroups are for root, on Linux. */
  static async hold(pid: number, bytes: number): Promise<MemoryGroup | undefined> {
    for (const hierarchy of HIERARCHIES) {
      const group = new MemoryGroup(hierarchy, pid)
      if (await group.#begin(bytes)) return group
    }
    return undefined
  }

  private constructor(hierarchy: Hierarchy, pid: number) {
    this.#hierarchy = hierarchy
    this.#pid = pid
  }

  /** The process goes on without a limit. */
  async [Symbol.asyncDispose](): Promise<void> {
    // One that has ended has left already.
    await this.#enter(this.#hierarchy.path).catch(() => undefined)
    await rmdir(this.#path)
  }

  get #path(): string {
    return join(this.#hierarchy.path, `millrace-torture-${this.#pid}`)
  }

  async #begin(bytes: number): Promise<boolean> {
    const { limitFile, path } = this.#hierarchy
    try {
      await access(join(path, 'cgroup.procs'))
      await mkdir(this.#path)
    } catch {
      return false
    }
    try {
      await writeFile(join(this.#path, limitFile), String(bytes))
      await this.#enter(this.#path)
      return true
    } catch {
      await rmdir(this.#path)
      return false
    }
  }

  async #enter(path: string): Promise<void> {
    await writeFile(join(path, 'cgroup.procs'), String(this.#pid))
  }
}

interface Hierarchy {
  readonly path: string
  readonly limitFile: string
}

const HIERARCHIES: readonly Hierarchy[] = [
  { path: '/sys/fs/cgroup', limitFile: 'memory.max' },
  { path: '/sys/fs/cgroup/memory', limitFile: 'memory.limit_in_bytes' },
]
