import type { Disk } from '@millrace/disk/disk'

/** Room on the disk of the data directory, for pages that must not wait for it. */
export class DiskSpaceGauge {
  readonly #disk: Disk
  readonly #directory: string
  #space: Awaited<ReturnType<Disk['space']>> = { freeBytes: 0, totalBytes: 0 }

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  /** As of the last refresh. */
  read(): Awaited<ReturnType<Disk['space']>> {
    return this.#space
  }

  async refresh(): Promise<void> {
    this.#space = await this.#disk.space(this.#directory)
  }
}
