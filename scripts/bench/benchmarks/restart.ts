import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Benchmark, Figure, Setting, Verdict } from '../benchmark.ts'
import { runHttpLoad } from '../http-load.ts'
import { sampleRecords } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic, rawProduceRequest } from '../topic-setup.ts'
import { amount, median } from '../turns.ts'

const PARTITIONS = 1000
const SEGMENTS = 10
const CLEAN_SECONDS_MAX = 3
const KILLED_SECONDS_MORE_MAX = 2

export const restart: Benchmark = {
  name: 'restart',
  about:
    `From the start of the process until it is ready, with ${PARTITIONS} partitions of ${SEGMENTS} segments: after a clean ` +
    'stop, and after kill -9 under load (64 connections producing to all partitions). Once with segments of about 1 KiB, ' +
    'once with 5 GiB in all (unless told otherwise).',
  async run(setting) {
    const small = await measureStore(setting, 'small', 1024)
    const bytes = Math.max(2048, setting.bulkBytes / PARTITIONS / SEGMENTS)
    const large = await measureStore(setting, 'large', Math.min(bytes, 1_000_000))
    return {
      figures: [...describe('small segments', small), ...describe('large segments', large)],
      verdicts: [
        ...judge('small segments', small),
        ...judge('large segments', large),
        {
          target:
            'neither grows with the bytes stored: at most half a second more with the large segments',
          measured: `${amount(large.clean - small.clean)} s, ${amount(large.killed - small.killed)} s`,
          isReached: large.clean - small.clean < 0.5 && large.killed - small.killed < 0.5,
        },
      ],
    }
  },
}

interface StartSeconds {
  readonly clean: number
  readonly killed: number
}

async function measureStore(
  { directory, rounds, sliceSeconds }: Setting,
  name: string,
  segmentBytes: number,
): Promise<StartSeconds> {
  const data = join(directory, name)
  await fill(data, segmentBytes)
  const clean: number[] = []
  const killed: number[] = []
  for (let round = 0; round < Math.min(rounds, 5); round++) {
    {
      await using server = await ServerProcess.start(data)
      clean.push(server.startSeconds)
      await killUnderLoad(server, sliceSeconds)
    }
    await using server = await ServerProcess.start(data)
    killed.push(server.startSeconds)
  }
  return { clean: median(clean), killed: median(killed) }
}

/** A segment takes one batch: the next one is newer than the topic lets a segment grow old. */
async function fill(data: string, segmentBytes: number): Promise<void> {
  await using server = await ServerProcess.start(data)
  await createTopic(server, 'many', PARTITIONS, { segmentMs: 1, retentionMs: -1 })
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const records = sampleRecords(1, segmentBytes).map((record) => {
      return { ...record, timestamp: record.timestamp + segment * 1000 }
    })
    const batch = encodeBatch({ records })
    let partition = 0
    await runHttpLoad(
      {
        port: server.port,
        connections: 64,
        request: () => rawProduceRequest('many', partition++ % PARTITIONS, batch),
        isDone: () => partition >= PARTITIONS,
      },
      Infinity,
    )
  }
}

/** The topic would roll with every later batch, so these carry one time: they go to the active segments. */
async function killUnderLoad(server: ServerProcess, seconds: number): Promise<void> {
  const last = sampleRecords(1, 1024).map((record) => {
    return { ...record, timestamp: record.timestamp + (SEGMENTS - 1) * 1000 }
  })
  const batch = encodeBatch({ records: last })
  let turn = 0
  const request = (): Uint8Array => rawProduceRequest('many', turn++ % PARTITIONS, batch)
  const load = runHttpLoad({ port: server.port, connections: 64, request }, Infinity)
  const ending = Promise.allSettled([load])
  await delay(seconds * 1000)
  await server.kill()
  await ending
}

function describe(name: string, { clean, killed }: StartSeconds): readonly Figure[] {
  return [
    { label: `${name}: after a clean stop`, value: `${amount(clean)} s` },
    { label: `${name}: after kill -9 under load`, value: `${amount(killed)} s` },
  ]
}

function judge(name: string, { clean, killed }: StartSeconds): readonly Verdict[] {
  return [
    {
      target: `${name}: a clean restart in under ${CLEAN_SECONDS_MAX} s`,
      measured: `${amount(clean)} s`,
      isReached: clean < CLEAN_SECONDS_MAX,
    },
    {
      target: `${name}: after kill -9 at most ${KILLED_SECONDS_MORE_MAX} s more`,
      measured: `${amount(killed - clean)} s`,
      isReached: killed - clean < KILLED_SECONDS_MORE_MAX,
    },
  ]
}
