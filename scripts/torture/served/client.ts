import type { SeededRandom } from '@millrace/testing/seeded-random'
import type { Connection } from './connection.ts'
import type { Witness } from './witness.ts'

/** Somebody who uses the server, one request after the other, and who outlives it. */
export interface Client {
  /** Something, by chance. `lost` when the server is gone. */
  readonly takeTurn: (connection: Connection) => Promise<'on' | 'lost'>
}

export interface ClientParts {
  /** Unlike that of every other client. */
  readonly name: string
  readonly topic: string
  readonly partitions: number
  readonly random: SeededRandom
  readonly witness: Witness
}
