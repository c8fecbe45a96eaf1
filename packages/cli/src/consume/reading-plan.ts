import type { Client, ConsumerStart } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { ConsumeOptions } from './consume-options.ts'

/** What is read of one partition. */
export interface PartitionRange {
  readonly partition: number
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Where reading begins in each partition, and where it ends unless it follows. */
export async function planReading(
  client: Client,
  topic: string,
  options: ConsumeOptions,
  signal: AbortSignal,
): Promise<readonly PartitionRange[]> {
  const { partitions } = await client.topics.describe(topic, { signal })
  const wanted = options.partition ?? partitions.map(({ partition }) => partition)
  const states = wanted.map((index) => {
    const state = partitions[index]
    if (state === undefined) throw noSuchPartition(topic, index, partitions.length)
    return state
  })
  const offsetAt = async (timestamp: number) =>
    positionsOf(client, topic, { partitions: wanted, start: { timestamp }, signal })
  const starts = options.from === undefined ? undefined : await offsetAt(options.from)
  const ends = options.until === undefined ? undefined : await offsetAt(options.until)
  return states.map(({ partition, logStartOffset, highWatermark }) => {
    const bounds = { logStartOffset, highWatermark, isOnlyOne: states.length === 1 }
    return {
      partition,
      from: starts?.get(partition) ?? startOf(options, bounds),
      to: ends?.get(partition) ?? highWatermark,
    }
  })
}

/** One way to say where to begin, and none that contradict each other. */
export function checkOptions(options: ConsumeOptions): void {
  const { offset, from, last, until, follow, start, instance, consumer } = options
  const starts = [offset, from, last].filter((start) => start !== undefined)
  if (starts.length > 1) {
    throw new CommandFailure(EXIT.usage, {
      message: 'Reading begins at one place.',
      next: 'Give one of --offset, --from and --last.',
    })
  }
  if (follow === true && until !== undefined) {
    throw new CommandFailure(EXIT.usage, {
      message: '--follow goes on, --until ends.',
      next: 'Give one of them.',
    })
  }
  if (consumer !== undefined) {
    throw new CommandFailure(EXIT.usage, {
      message: '--consumer is for one who shares the records of a group.',
      next: 'Add --share GROUP, or leave it out.',
    })
  }
  if (start !== undefined || instance !== undefined) {
    throw new CommandFailure(EXIT.usage, {
      message: `${start === undefined ? '--instance' : '--start'} is for a member of a group.`,
      next: 'Add --group GROUP, or leave it out.',
    })
  }
  if (offset !== undefined && !/^(earliest|latest|\d{1,16})$/.test(offset)) {
    throw new CommandFailure(EXIT.usage, {
      message: `--offset ${offset} is not an offset.`,
      next: 'It is earliest, latest or a number.',
    })
  }
}

interface Bounds {
  readonly logStartOffset: number
  readonly highWatermark: number
  readonly isOnlyOne: boolean
}

function startOf({ offset = 'earliest', last }: ConsumeOptions, bounds: Bounds): number {
  const { logStartOffset, highWatermark, isOnlyOne } = bounds
  if (last !== undefined) return Math.max(logStartOffset, highWatermark - last)
  if (offset === 'earliest') return logStartOffset
  if (offset === 'latest') return highWatermark
  const wanted = Number(offset)
  // Of several partitions hardly all will have it: each begins as near as it can.
  if (!isOnlyOne) return Math.min(Math.max(wanted, logStartOffset), highWatermark)
  if (wanted >= logStartOffset && wanted <= highWatermark) return wanted
  throw new CommandFailure(EXIT.conflict, {
    message: `The partition does not hold offset ${wanted}.`,
    next: `It holds ${logStartOffset} to ${highWatermark - 1}; the next record gets ${highWatermark}.`,
  })
}

async function positionsOf(
  client: Client,
  topic: string,
  options: {
    readonly partitions: readonly number[]
    readonly start: ConsumerStart
    readonly signal: AbortSignal
  },
): Promise<ReadonlyMap<number, number>> {
  await using consumer = client.consumer(topic, { ...options, follow: false })
  await consumer.open()
  return consumer.positions()
}

function noSuchPartition(topic: string, partition: number, count: number): CommandFailure {
  return new CommandFailure(EXIT.notFound, {
    message: `${topic} has no partition ${partition}.`,
    next: `It has ${count}, from 0 to ${count - 1}.`,
  })
}
