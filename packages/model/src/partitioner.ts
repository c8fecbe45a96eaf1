import { murmur2 } from './murmur2.ts'

/** The partition of a key: the one that Kafka's Java client chooses, while the partition count stays. */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitionCount
}

/**
 * Where records go: to the partition they name, else by their key, else in sticky runs. Records without a
 * key stay on one random partition until `STICKY_BATCH_BYTES` went there, so that they fill a few large
 * batches and not many small ones.
 */
export class Partitioner {
  readonly #random: () => number
  #sticky: number | undefined
  #stickyBytes = 0

  /** `random` answers with 0 up to, not including, 1, as `Math.random` does. */
  constructor(random: () => number) {
    this.#random = random
  }

  /** An explicit partition is taken as it is: whether it exists is the caller's to check. */
  partitionOf(
    record: { readonly partition?: number; readonly key: Uint8Array | null },
    sizeInBytes: number,
    partitionCount: number,
  ): number {
    if (record.partition !== undefined) return record.partition
    if (record.key !== null) return partitionOfKey(record.key, partitionCount)
    return this.#stick(sizeInBytes, partitionCount)
  }

  #stick(sizeInBytes: number, partitionCount: number): number {
    const isFull = this.#stickyBytes >= STICKY_BATCH_BYTES
    if (this.#sticky === undefined || isFull || this.#sticky >= partitionCount) {
      this.#sticky = this.#another(partitionCount)
      this.#stickyBytes = 0
    }
    this.#stickyBytes += sizeInBytes
    return this.#sticky
  }

  /** A random partition other than the last, if there is another. */
  #another(partitionCount: number): number {
    const last = this.#sticky
    if (last === undefined || last >= partitionCount || partitionCount === 1) {
      return Math.floor(this.#random() * partitionCount)
    }
    const other = Math.floor(this.#random() * (partitionCount - 1))
    return other < last ? other : other + 1
  }

  /**
   * A partition's batch is on its way (or, without one, the request's body has ended): the next keyless record
   * goes elsewhere, if that was where they went.
   */
  endBatch(partition?: number): void {
    if (partition === undefined || partition === this.#sticky) {
      this.#stickyBytes = STICKY_BATCH_BYTES
    }
  }
}

/** Kafka's `batch.size`. */
export const STICKY_BATCH_BYTES = 16 * 1024
