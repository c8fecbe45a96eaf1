import { once } from 'node:events'
import { get, request, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { NDJSON_TYPE } from '@millrace/http-api/records'
import type { Benchmark, Figure, Verdict } from '../benchmark.ts'
import { watchMemory } from '../memory-watch.ts'
import { sampleJson } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic } from '../topic-setup.ts'
import { amount } from '../turns.ts'

const MEMORY_MAX = 300 * 1e6

export const ndjsonMemory: Benchmark = {
  name: 'ndjson-memory',
  about:
    'An NDJSON body of 5 GiB (unless told otherwise) in one produce, and then all of it back in one NDJSON answer: the ' +
    'most memory (RSS) that the server had meanwhile, looked at ten times a second.',
  async run({ directory, bulkBytes }) {
    await using server = await ServerProcess.start(directory)
    await createTopic(server, 'lines', 6)
    const before = await server.figures()
    const produced = await measure(server, () => produce(server.port, bulkBytes))
    const fetched = await measure(server, () => fetchAll(server.port))
    const { peakResidentBytes } = await server.figures()
    const figures = [
      { label: 'memory before', value: megabytes(before.residentBytes) },
      ...describe('produce', produced),
      ...describe('read', fetched),
      { label: 'the most ever, by the kernel', value: megabytes(peakResidentBytes) },
    ]
    return { figures, verdicts: [verdict('produce', produced), verdict('read', fetched)] }
  },
}

interface Stream {
  readonly bytes: number
  readonly seconds: number
  readonly memory: number
}

async function measure(server: ServerProcess, work: () => Promise<number>): Promise<Stream> {
  const started = performance.now()
  let bytes = 0
  const memory = await watchMemory(server, async () => {
    bytes = await work()
  })
  return { bytes, memory, seconds: (performance.now() - started) / 1000 }
}

/** Sends lines of 1 KiB until there are so many bytes. Answers with how many were sent. */
async function produce(port: number, bytes: number): Promise<number> {
  const lines = Array.from({ length: 1000 }, (_, index) => {
    return `{"key":"user-${index}","value":${sampleJson(index, 1024)}}\n`
  })
  const block = Buffer.from(lines.join(''))
  const blocks = Math.ceil(bytes / block.length)
  const headers = { 'Content-Type': NDJSON_TYPE }
  const outgoing = request({ port, method: 'POST', path: '/v1/topics/lines/records', headers })
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  await pipeline(Readable.from(repeat(block, blocks), { objectMode: false }), outgoing)
  const [answer] = await answered
  const text = Buffer.concat(await answer.toArray()).toString()
  if (answer.statusCode !== 200) throw new Error(`the answer was: ${text}`)
  return blocks * block.length
}

function* repeat(block: Buffer, times: number): Generator<Buffer> {
  for (let count = 0; count < times; count++) yield block
}

/** Reads the whole topic. Answers with how many bytes came. */
async function fetchAll(port: number): Promise<number> {
  const headers = { Accept: NDJSON_TYPE }
  const incoming = get({ port, path: '/v1/topics/lines/records?offset=earliest', headers })
  const [answer] = (await once(incoming, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`the answer was ${answer.statusCode}`)
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  return bytes
}

function describe(name: string, { bytes, seconds, memory }: Stream): readonly Figure[] {
  const rate = `${amount(bytes / 2 ** 20 / seconds)} MiB/s`
  return [
    {
      label: `${name}: bytes`,
      value: `${amount(bytes / 2 ** 30)} GiB in ${amount(seconds)} s, ${rate}`,
    },
    { label: `${name}: most memory`, value: megabytes(memory) },
  ]
}

function verdict(name: string, { memory }: Stream): Verdict {
  return {
    target: `${name}: under 300 MB throughout`,
    measured: megabytes(memory),
    isReached: memory < MEMORY_MAX,
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
