import type { Client, GroupConsumer, GroupConsumerOptions } from '@millrace/client'
import { withServer } from '../connection.ts'
import { assignmentText } from '../group/assignment-text.ts'
import type { Invocation } from '../invocation.ts'
import type { Output } from '../output.ts'
import { counted } from '../quantity.ts'
import { readerLeft } from '../reader-left.ts'
import { type Ends, isCaughtUp, untilDone } from './caught-up.ts'
import { type Consumption, FOLLOW_RETRY_FOR_MS } from './consume.ts'
import { DatumViews } from './datum-views.ts'
import { checkMemberOptions } from './member-options.ts'
import { RecordPrinter } from './record-printer.ts'

export interface Membership extends Consumption {
  readonly group: string
}

/** Prints what falls to one member of a group, and commits what is written. However it ends, the member leaves. */
export async function consumeAsMember(
  invocation: Invocation,
  membership: Membership,
): Promise<void> {
  const { output } = invocation
  const { topic, group, follow } = membership
  checkMemberOptions(topic, group, membership)
  const signal = AbortSignal.any([invocation.signal, readerLeft()])
  const ends = await withServer(invocation, { topic }, (client) => endsOf(client, topic, signal))
  const retryForMs = follow === true ? FOLLOW_RETRY_FOR_MS : 0
  await withServer(invocation, { topic, retryForMs }, async (client) => {
    const options = consumerOptions(membership, output)
    const consumer = client.groupConsumer(group, [topic], { ...options, signal })
    try {
      await printAll({ client, consumer, output, signal, ends }, membership)
    } catch (error) {
      await leave(consumer, output)
      throw error
    }
    await consumer.close()
  })
}

async function endsOf(client: Client, topic: string, signal: AbortSignal): Promise<Ends> {
  const { partitions } = await client.topics.describe(topic, { signal })
  return new Map(partitions.map(({ partition, highWatermark }) => [partition, highWatermark]))
}

function consumerOptions(
  { start, instance, maxRecords = RECORDS_MAX, follow }: Membership,
  output: Output,
): GroupConsumerOptions {
  return {
    ...(start === undefined ? {} : { start }),
    ...(instance === undefined ? {} : { instanceId: instance }),
    maxRecords: Math.min(maxRecords, RECORDS_MAX),
    onAssignment: (assignment) => {
      if (follow !== true) return
      const text = assignmentText(assignment)
      output.note(text === '' ? 'Reads nothing at present: others have it.' : `Reads ${text}`)
    },
    onLost: () => {
      output.note(
        'Silent for too long, or taken out: others have what it read. It joins again; what was printed last may come again.',
      )
    },
    onSkip: ({ partition, from, to }) => {
      output.note(`Skipped offsets ${from} to ${to - 1} of partition ${partition}: they are gone.`)
    },
  }
}

/** Of one poll; those of the client. */
const RECORDS_MAX = 500

interface Reading {
  readonly client: Client
  readonly consumer: GroupConsumer
  readonly output: Output
  readonly signal: AbortSignal
  readonly ends: Ends
}

async function printAll(reading: Reading, membership: Membership): Promise<void> {
  const { client, consumer, output } = reading
  const { follow, maxRecords } = membership
  const printer = new RecordPrinter(output, new DatumViews(client, membership))
  try {
    const records = follow === true ? consumer : untilCaughtUp(reading, membership)
    for await (const record of records) {
      await printer.printAtOnce(record)
      if (printer.printed === maxRecords) {
        await consumer.commit({ through: record })
        break
      }
    }
  } finally {
    if (!readerLeft().aborted) await printer.end()
  }
}

function untilCaughtUp(
  { client, consumer, output, signal, ends }: Reading,
  { group, topic }: Membership,
) {
  const toSee = `To see who reads what: millrace group describe ${group}`
  let asked = 0
  return untilDone(consumer, async () => {
    const { state, members, offsets } = await client.groups.describe(group, { signal })
    const { assignment, memberId } = consumer
    asked += 1
    if (state === 'Reconciling' && asked === ASKED_PATIENTLY) {
      output.note(`Waits for other members to let go of what falls to this one. ${toSee}`)
    }
    if (!isCaughtUp({ state, members, offsets }, topic, { memberId, assignment, ends })) {
      return false
    }
    if (assignment.length === 0) {
      const share = `${counted(members.length, 'member')} share ${counted(ends.size, 'partition')}`
      output.note(`Nothing falls to this member: ${share}. ${toSee}`)
    }
    return true
  })
}

/** Members that are alive let go sooner. */
const ASKED_PATIENTLY = 10

/** After an interruption or a failure, which is what the user is told of: that it cannot leave is a note. */
async function leave(consumer: GroupConsumer, output: Output): Promise<void> {
  try {
    await consumer.close({ signal: AbortSignal.timeout(LEAVE_WITHIN_MS) })
  } catch {
    output.note('It could not leave the group in order: what was printed last may come again.')
  }
}

const LEAVE_WITHIN_MS = 5_000
