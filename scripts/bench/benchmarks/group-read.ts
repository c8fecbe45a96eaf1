import type { Benchmark } from '../benchmark.ts'
import { BenchMember } from '../group-member.ts'
import { HttpConnection, requestBytes } from '../http-connection.ts'
import { rateOf } from '../rate.ts'
import { sampleBatch } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic, fillTopic } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

const READERS = 4
const MAX_RECORDS = 500
const BATCH_BYTES = 2 ** 17
const MiB = 2 ** 20

export const groupRead: Benchmark = {
  name: 'group-read',
  about:
    `A consumer group of ${READERS} members reads a topic of ${READERS} partitions as JSON, ${MAX_RECORDS} records a poll, ` +
    'each poll committing, on disk, what the one before brought. Beside it: as many plain readers that fetch as many ' +
    'records at a time from the same partitions, and commit nothing.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await createTopic(server, 'read', READERS)
    const bytes = Math.min(setting.bulkBytes, TOPIC_BYTES) / READERS
    for (let partition = 0; partition < READERS; partition++) {
      await fillTopic(server, 'read', sampleBatch(BATCH_BYTES), bytes, partition)
    }
    let groups = 0
    const { rates, figures } = await measureInTurns(
      [
        {
          name: `a group of ${READERS}`,
          unit: 'MiB of answers',
          run: (seconds) => readAsGroup(server.port, () => `group-${groups++}`, seconds),
        },
        {
          name: `${READERS} plain readers`,
          unit: 'MiB of answers',
          run: (seconds) => readPlainly(server.port, seconds),
        },
      ],
      setting,
    )
    const [group = [], plain = []] = rates
    return {
      figures,
      verdicts: [atLeast(0.7, pairedRatio(group, plain), 'the plain readers')],
    }
  },
}

/** More than anybody reads in one slice. */
const TOPIC_BYTES = 2 ** 30

async function readAsGroup(port: number, name: () => string, seconds: number): Promise<number> {
  using members = await settle(port, name())
  return await rateOf(members.all, seconds, async (member) => {
    const { bodyBytes } = await member.poll({ maxRecords: MAX_RECORDS, waitMs: 0 })
    return sizeOf(bodyBytes)
  })
}

/** A group in which each member has its partition, before time is taken. */
async function settle(port: number, group: string) {
  const stack = new DisposableStack()
  const all: BenchMember[] = []
  for (let member = 0; member < READERS; member++) {
    all.push(stack.use(await BenchMember.open(port, group, ['read'])))
  }
  for (let round = 0; round < ROUNDS_TO_SETTLE; round++) {
    for (const member of all) await member.poll({ maxRecords: 1, waitMs: 0 })
  }
  return { all, [Symbol.dispose]: () => stack.dispose() }
}

/** All have joined; told what to let go of; let go; and got what is theirs. */
const ROUNDS_TO_SETTLE = 4

async function readPlainly(port: number, seconds: number): Promise<number> {
  using stack = new DisposableStack()
  const readers = await Promise.all(
    Array.from({ length: READERS }, async (_, partition) => ({
      connection: stack.use(await HttpConnection.open(port)),
      path: `/v1/topics/read/partitions/${partition}/records?maxRecords=${MAX_RECORDS}`,
      offset: 0,
    })),
  )
  return await rateOf(readers, seconds, async (reader) => {
    const request = requestBytes('GET', `${reader.path}&offset=${reader.offset}`)
    const { bodyBytes, tail } = await reader.connection.send(request)
    reader.offset = Number(/"nextOffset":(\d+)/.exec(tail)?.[1])
    return sizeOf(bodyBytes)
  })
}

/** In MiB. The end of the topic is an error. */
function sizeOf(bodyBytes: number): number {
  if (bodyBytes < LEAST_BYTES) throw new Error('the topic is too small for so long a slice')
  return bodyBytes / MiB
}

/** An answer without records has less. */
const LEAST_BYTES = 10_000
