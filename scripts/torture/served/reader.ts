import type { ReadRecord } from '@millrace/testing/history'
import type { Client, ClientParts } from './client.ts'
import { type Connection, ConnectionLostError, jsonOf } from './connection.ts'
import { logOf, type Witness } from './witness.ts'

/** Reads partition after partition, each where it ended before: what it was given once must stay. */
export function reader({ name, partitions, topic, witness }: ClientParts): Client {
  const nexts = Array.from({ length: partitions }, () => 0)
  let partition = 0
  return {
    async takeTurn(connection) {
      partition = (partition + 1) % partitions
      const log = logOf(topic, partition)
      const from = nexts[partition] ?? 0
      const began = witness.now()
      const page = await read(connection, topic, partition, from)
      if (page === 'lost') return page
      const start = page.start === undefined ? {} : { from: page.start }
      const { records } = page
      if (page.start !== undefined || records.length > 0) {
        witness.note({
          kind: 'poll',
          began,
          ended: witness.now(),
          reader: name,
          log,
          records,
          ...start,
        })
      }
      nexts[partition] = page.next
      return 'on'
    },
  }
}

/** All of a partition, from its start to its end. */
export async function readContents(
  connection: Connection,
  witness: Witness,
  topic: string,
  partition: number,
): Promise<void> {
  const began = witness.now()
  const records: ReadRecord[] = []
  let next = 0
  let logStartOffset = 0
  for (;;) {
    const page = await read(connection, topic, partition, next)
    if (page === 'lost') throw new Error('The server ended while all was read back.')
    if (page.start !== undefined) logStartOffset = page.start
    records.push(...page.records)
    if (page.next === next && page.start === undefined) break
    next = page.next
  }
  const log = logOf(topic, partition)
  witness.note({ kind: 'contents', began, ended: witness.now(), log, logStartOffset, records })
}

interface Page {
  readonly records: readonly ReadRecord[]
  readonly next: number
  /** The log begins here now: what was asked for is gone. */
  readonly start?: number
}

interface Fetched {
  readonly records: readonly { readonly offset: number; readonly valueText: string }[]
  readonly nextOffset: number
}

interface LogStart {
  readonly logStartOffset: number
}

async function read(
  connection: Connection,
  topic: string,
  partition: number,
  from: number,
): Promise<Page | 'lost'> {
  try {
    const path = `/v1/topics/${topic}/partitions/${partition}/records`
    const query = `?offset=${from}&format=text&maxRecords=10000&maxBytes=4000000`
    const reply = await connection.get(path + query)
    if (reply.status === 416) return restart(from, jsonOf(reply) as LogStart)
    if (reply.status === 503) return { records: [], next: from }
    if (reply.status !== 200)
      throw new Error(`A read was answered ${reply.status}: ${reply.body.toString()}`)
    const { nextOffset, records } = jsonOf(reply) as Fetched
    return {
      records: records.map(({ offset, valueText }) => ({ offset, value: valueText })),
      next: nextOffset,
    }
  } catch (error) {
    if (error instanceof ConnectionLostError) return 'lost'
    throw error
  }
}

function restart(from: number, { logStartOffset }: LogStart): Page {
  if (logStartOffset > from) return { records: [], next: logStartOffset, start: logStartOffset }
  throw new Error(`dirty-read: a reader was given what is before ${from}, and the log ends earlier`)
}
