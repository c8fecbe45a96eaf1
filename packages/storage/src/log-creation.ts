import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { fromStoredPlace, type LogPlace, StoredPlaceSchema, toStoredPlace } from './log-place.ts'

/** What the journal item that creates a log says. A log that is brought in has a place already. */
export interface LogCreation {
  readonly place: LogPlace
  readonly highest: HighestNumbers
}

/** In batches that are brought in; -1: none. What the store gives later has to be above. */
export interface HighestNumbers {
  readonly leaderEpoch: number
  readonly producerId: number
}

export const NOTHING_HIGHEST: HighestNumbers = { leaderEpoch: -1, producerId: -1 }

const CreationSchema = Type.Object({
  ...StoredPlaceSchema.properties,
  highestLeaderEpoch: Type.Integer({ minimum: -1 }),
  highestProducerId: Type.Integer({ minimum: -1 }),
})

export function encodeCreation({ highest, place }: LogCreation): Uint8Array {
  const creation = {
    ...toStoredPlace(place),
    highestLeaderEpoch: highest.leaderEpoch,
    highestProducerId: highest.producerId,
  }
  return Buffer.from(JSON.stringify(creation))
}

/** Undefined when it is not what `encodeCreation` makes. */
export function decodeCreation(id: number, bytes: Uint8Array): LogCreation | undefined {
  let creation: unknown
  try {
    creation = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
  if (!Value.Check(CreationSchema, creation)) return undefined
  const { highestLeaderEpoch: leaderEpoch, highestProducerId: producerId } = creation
  return { place: fromStoredPlace(id, creation), highest: { leaderEpoch, producerId } }
}
