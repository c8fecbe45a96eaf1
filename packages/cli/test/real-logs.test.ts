/** Real logs, as a user would bring them in: every line comes back, in its order, whatever happens to the server. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@millrace/client'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  fileOf,
  keyOf,
  LINE_HEADER,
  readByCli,
  type ReadFrom,
  type ReadLine,
  readOverHttp,
  REAL_LOGS_ARE_HERE,
  type RealLog,
  realLogs,
} from './real-log.ts'
import { runCli } from './run-cli.ts'
import { serveInProcess, type ServedProcess } from './served-process.ts'

const PARTITIONS = 6
const FIRST_MS = 1_700_000_000_000
const TIMEOUT_MS = 60_000

test.skipIf(REAL_LOGS_ARE_HERE)('skipped: the logs are not in ../shared/data', () => {
  expect(REAL_LOGS_ARE_HERE).toBe(false)
})

describe.skipIf(!REAL_LOGS_ARE_HERE)('real logs', () => {
  const logs = REAL_LOGS_ARE_HERE ? realLogs() : []
  const cases = logs.flatMap((log) => [
    { log, way: 'HTTP', topic: `${log.name}-http` },
    { log, way: 'the CLI', topic: `${log.name}-cli` },
  ])
  const names = cases.map(({ topic }) => topic)
  /** What was read right after it was produced, by topic. */
  const first = new Map<string, readonly ReadLine[]>()
  let directory: TempDirectory
  let server: ServedProcess

  beforeAll(async () => {
    directory = await makeTempDirectory()
    server = await serveInProcess(join(directory.path, 'data'))
    const client = createClient(server.url)
    for (const { log, way, topic } of cases) {
      await client.topics.create(topic, { partitions: PARTITIONS })
      if (way === 'HTTP') await produceOverHttp(server.url, topic, log)
      else await produceByCli(server.url, topic, log, directory.path)
    }
    for (const name of names) first.set(name, await read(name))
  }, TIMEOUT_MS)

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  function read(topic: string, from: ReadFrom = {}): Promise<ReadLine[]> {
    const readIt = topic.endsWith('-http') ? readOverHttp : readByCli
    return readIt(server.url, topic, from)
  }

  describe.each(cases)('$log.name, produced and read over $way', ({ log, topic }) => {
    const lines = () => first.get(topic) ?? []

    test('the lines in the order of their numbers are the file, byte for byte', () => {
      expect(fileOf(log, lines()).equals(log.bytes)).toBe(true)
    })

    test('every key’s lines are in one partition, in their order', () => {
      for (const [key, some] of Map.groupBy(lines(), (line) => line.key)) {
        if (key === null) continue
        expect(new Set(some.map((line) => line.partition)).size).toBe(1)
        const numbers = some.map((line) => line.number)
        expect(numbers).toEqual(numbers.toSorted((left, right) => left - right))
      }
      const wanted = log.lines.map((line) => keyOf(log, line))
      expect(new Set(lines().map((line) => line.key))).toEqual(new Set(wanted))
    })

    test('a replay from any offset gives the same lines again', async () => {
      const offset = 100
      const again = await read(topic, { offset })
      expect(byPlace(again)).toEqual(byPlace(lines().filter((line) => line.offset >= offset)))
    })

    test('a replay from a time gives the lines from then on again', async () => {
      const sorted = lines().toSorted((left, right) => left.timestamp - right.timestamp)
      const from = sorted[Math.floor(sorted.length / 3)]!.timestamp
      const again = await read(topic, { timestamp: from })
      // Within a partition the timestamps rise with the offsets.
      expect(byPlace(again)).toEqual(byPlace(lines().filter((line) => line.timestamp >= from)))
    })
  })

  test(
    'after kill -9 a reader resumes from what it had committed, and every line is still there',
    async () => {
      const halves = new Map<string, readonly string[]>()
      for (const name of names) {
        halves.set(name, await readForGroup(server.url, name, first.get(name)!.length / 2))
      }
      await server.kill()
      server = await serveInProcess(join(directory.path, 'data'))
      for (const name of names) {
        const rest = await readForGroup(server.url, name, Number.POSITIVE_INFINITY)
        const places = byPlace(first.get(name)!).map(placeOf)
        expect([...halves.get(name)!, ...rest].toSorted()).toEqual(places.toSorted())
        expect(byPlace(await read(name))).toEqual(byPlace(first.get(name)!))
      }
    },
    TIMEOUT_MS,
  )

  test(
    'once the server has stopped, millrace log verify finds the data sound',
    async () => {
      expect(await server.stop()).toBe(0)
      const verified = await runCli(['log', 'verify', join(directory.path, 'data')])
      expect(verified.stderr).toBe('')
      expect(verified.status).toBe(0)
    },
    TIMEOUT_MS,
  )
})

function byPlace(lines: readonly ReadLine[]): readonly ReadLine[] {
  return lines.toSorted((left, right) => {
    return left.partition - right.partition || left.offset - right.offset
  })
}

/** One body of a line a record. */
async function produceOverHttp(url: string, topic: string, log: RealLog): Promise<void> {
  const body = log.lines
    .map((line, index) => {
      const key = keyOf(log, line)
      return JSON.stringify({
        ...(key === null ? {} : { key }),
        valueText: line,
        headers: { [LINE_HEADER]: String(index + 1) },
        timestamp: FIRST_MS + index,
      })
    })
    .join('\n')
  const answer = await fetch(`${url}/v1/topics/${topic}/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  })
  expect(await answer.text()).toContain('"durability":"fsync"')
  expect(answer.status).toBe(200)
}

async function produceByCli(
  url: string,
  topic: string,
  log: RealLog,
  directory: string,
): Promise<void> {
  const path = join(directory, `${log.name}.log`)
  await writeFile(path, log.bytes)
  const options = ['--key-regex', log.key.source, '--line-header', LINE_HEADER]
  const run = await runCli(['produce', topic, path, '--server', url, ...options])
  expect(run.stderr).toContain(' on disk')
  expect(run.status).toBe(0)
}

/** Goes on where the group was, and commits after so many records. Answers with what was read, as places. */
async function readForGroup(url: string, topic: string, count: number): Promise<readonly string[]> {
  const places: string[] = []
  await using consumer = createClient(url).consumer(topic, { group: 'reader', follow: false })
  for await (const record of consumer) {
    places.push(placeOf(record))
    if (places.length < count) continue
    await consumer.commit({ through: record })
    break
  }
  return places
}

function placeOf({ partition, offset }: { partition: number; offset: number }): string {
  return `${partition}:${offset}`
}
