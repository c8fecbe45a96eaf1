import { setTimeout as delay } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import { percent, usage } from '../core-usage.ts'
import { BenchMember } from '../group-member.ts'
import { HttpConnection, requestBytes } from '../http-connection.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic } from '../topic-setup.ts'

const GROUPS = 1000
const MEMBERS = 10
const POLL_MS = 30_000
const CPU_MAX = 0.05
/** A collection of all that waits comes less than once a poll: the time of one alone has it, or has not. */
const LAPS = 3

export const idleGroups: Benchmark = {
  name: 'idle-groups',
  about:
    `${GROUPS} consumer groups of ${MEMBERS} members each, at the end of a topic of ${MEMBERS} partitions to which nothing is ` +
    'produced: polls of 30 s, renewed as they run out. How much of one core the server uses once every member has its ' +
    'partition and the polls in which the groups came together have run out, over a time in which every poll is renewed ' +
    `${LAPS} times. Beside it, for information: as many plain long polls of one partition, by readers who are in no group.`,
  async run({ directory, sliceSeconds, rounds }) {
    const isLong = sliceSeconds * rounds >= POLL_MS / 1000
    // A glance has a few groups, and watches for a moment only.
    const groups = isLong ? GROUPS : 10
    const spread = isLong ? POLL_MS : 1000
    // One for each member, and for those who look.
    const settings = { 'http.maxConnections': String(GROUPS * MEMBERS + 100) }
    await using server = await ServerProcess.start(directory, settings)
    await createTopic(server, 'quiet', MEMBERS)
    const idle = await usage(server, spread)
    const polled = await withMembers(server, groups, spread)
    const plain = await withPlainReaders(server, groups * MEMBERS, spread)
    return {
      figures: [
        { label: 'without groups', value: percent(idle) },
        { label: `${groups} groups of ${MEMBERS}`, value: percent(polled) },
        { label: `${groups * MEMBERS} plain long polls`, value: percent(plain) },
      ],
      verdicts: [
        { target: 'under 5 % of one core', measured: percent(polled), isReached: polled < CPU_MAX },
      ],
    }
  },
}

/** `spread`: over how many milliseconds they arrive; then they are watched for so long, several times. */
async function withMembers(server: ServerProcess, groups: number, spread: number): Promise<number> {
  const members: BenchMember[] = []
  const polling: Promise<void>[] = []
  for (let group = 0; group < groups; group++) {
    for (let member = 0; member < MEMBERS; member++) {
      const own = await BenchMember.open(server.port, `group-${group}`, ['quiet'])
      members.push(own)
      polling.push(pollForever(own))
      await delay(spread / (groups * MEMBERS))
    }
  }
  await settled(server, groups)
  // Each of them ends with a new epoch, and so with a new cursor to seal and to commit: the groups were not idle in it.
  await delay(spread)
  const share = await usage(server, spread * LAPS)
  for (const member of members) member[Symbol.dispose]()
  await Promise.allSettled(polling)
  return share
}

async function withPlainReaders(
  server: ServerProcess,
  count: number,
  spread: number,
): Promise<number> {
  const path = `/v1/topics/quiet/partitions/0/records?offset=0&waitMs=${POLL_MS}`
  const request = requestBytes('GET', path)
  const connections: HttpConnection[] = []
  const polling: Promise<void>[] = []
  const readForever = async (connection: HttpConnection): Promise<void> => {
    for (;;) await connection.send(request)
  }
  for (let reader = 0; reader < count; reader++) {
    const connection = await HttpConnection.open(server.port)
    connections.push(connection)
    polling.push(readForever(connection))
    await delay(spread / count)
  }
  const share = await usage(server, spread * LAPS)
  for (const connection of connections) connection[Symbol.dispose]()
  await Promise.allSettled(polling)
  return share
}

/** Until the last group that came, and with it all others, has what it shall have. */
async function settled(server: ServerProcess, groups: number): Promise<void> {
  for (let left = SETTLING_MS; left > 0; left -= LOOK_MS) {
    const answer = await fetch(`${server.url}/v1/groups/group-${groups - 1}`)
    const { state } = (await answer.json()) as { readonly state: string }
    if (state === 'Stable') return
    await delay(LOOK_MS)
  }
  throw new Error('the groups have not settled')
}

const SETTLING_MS = 60_000
const LOOK_MS = 500

/** Until the connection is taken away. */
async function pollForever(member: BenchMember): Promise<void> {
  for (;;) await member.poll({ maxRecords: 500, waitMs: POLL_MS })
}
