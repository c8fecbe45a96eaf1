import type { SeededRandom } from '@millrace/testing/seeded-random'
import { HOSTILE, valueOf } from './hostile-values.ts'
import type { Api, Operation } from './open-api-operations.ts'

/** One request as it goes over the wire, which may be no HTTP at all. `isLast`: the connection ends after it. */
export function hostileRequest(api: Api, random: SeededRandom, isLast: boolean): Buffer {
  const operation = api.operations[random.below(api.operations.length)]
  if (operation === undefined) throw new Error('The server says that nothing can be asked of it.')
  const target = pathOf(operation, api, random) + queryOf(operation, api, random)
  const method = random.chance(3) ? random.pick(METHODS) : operation.method
  const { body, type } = bodyOf(operation, api, random)
  const headers = [`Host: ${random.chance(2) ? 'evil.example' : '127.0.0.1'}`, ...odd(random)]
  if (isLast) headers.push('Connection: close')
  if (body.length > 0 || random.chance(5)) headers.push(...lengthOf(body, type, random))
  const head = Buffer.from(
    `${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`,
    'latin1',
  )
  const isChunked = headers.includes(CHUNKED)
  const request = Buffer.concat([head, isChunked ? chunked(body) : body])
  if (random.chance(2)) request[random.below(request.length)] = random.below(256)
  return random.chance(3) ? request.subarray(0, random.below(request.length)) : request
}

const METHODS = ['PATCH', 'TRACE', 'OPTIONS', 'HEAD', 'get', 'M-SEARCH', ''] as const
const CHUNKED = 'Transfer-Encoding: chunked'

function pathOf({ parameters, path }: Operation, api: Api, random: SeededRandom): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const schema = parameters.find((each) => each.name === name)?.schema ?? {}
    if (random.chance(70)) return /partition/i.test(name) ? '0' : name === 'group' ? 'g' : 'events'
    return encoded(valueOf(schema, api.schemas, random), random)
  })
}

/** Absent, once, or twice. */
function queryOf({ parameters }: Operation, api: Api, random: SeededRandom): string {
  const pairs = parameters
    .filter((each) => each.in === 'query')
    .flatMap(({ name, schema }) =>
      Array.from({ length: random.pick([0, 0, 0, 1, 1, 2]) }, () => {
        const value = /wait|timeout/i.test(name)
          ? '5'
          : encoded(valueOf(schema, api.schemas, random), random)
        return `${name}=${value}`
      }),
    )
  if (random.chance(5)) pairs.push(`${encoded(random.pick(HOSTILE), random)}=1`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function encoded(value: unknown, random: SeededRandom): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  if (random.chance(5)) return text.replaceAll(/[^!-~]/g, '%ff')
  return encodeURIComponent(text.toWellFormed())
}

function bodyOf({ bodies }: Operation, api: Api, random: SeededRandom) {
  const types = Object.keys(bodies)
  const type = types[random.below(Math.max(1, types.length))] ?? 'application/json'
  if (types.length === 0 && random.chance(95)) return { body: Buffer.alloc(0), type }
  const value = valueOf(bodies[type] ?? {}, api.schemas, random)
  const text = JSON.stringify(value) ?? ''
  const lines = type.includes('ndjson') ? `${text}\n${text}\n` : text
  const body = Buffer.from(random.chance(5) ? lines.slice(0, -1) : lines)
  if (random.chance(5) && body.length > 0) body[random.below(body.length)] = 0xff
  const others = [
    'text/plain',
    'application/json; charset=utf-16',
    'a/b;c',
    '',
    'application/x-www-form-urlencoded',
  ]
  return { body, type: random.chance(8) ? (others[random.below(others.length)] ?? '') : type }
}

function lengthOf(body: Buffer, type: string, random: SeededRandom): readonly string[] {
  const length = random.chance(3) ? random.pick(['-1', '1e3', '99999999999', '0x10']) : body.length
  const framing = random.chance(15) ? CHUNKED : `Content-Length: ${length}`
  return [`Content-Type: ${type}`, framing]
}

function chunked(body: Buffer): Buffer {
  const head = Buffer.from(body.length === 0 ? '' : `${body.length.toString(16)}\r\n`)
  return Buffer.concat([head, body, Buffer.from(body.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n')])
}

function odd(random: SeededRandom): readonly string[] {
  return random.chance(25) ? [ODD[random.below(ODD.length)] ?? ''] : []
}

const ODD = [
  'Accept: application/x-ndjson',
  'Accept: */*;q=0, , ;',
  'Accept: text/event-stream',
  'Accept-Encoding: gzip, zstd',
  'Content-Encoding: gzip',
  'Expect: 100-continue',
  'Origin: https://evil.example',
  'Origin: null',
  'Origin: http://[::1',
  'Host: [',
  'Idempotency-Key: k',
  `Idempotency-Key: ${'k'.repeat(400)}`,
  'Idempotency-Key: \xff\xfe',
  'If-Log-End-Offset: 0',
  'If-Log-End-Offset: -1e9',
  'If-None-Match: *',
  'Last-Event-ID: 0:0',
  'Last-Event-ID: ,,,:::',
  'Millrace-Header-A: 1',
  'Millrace-Header-: \xff',
  'Range: bytes=0-',
  'Upgrade: websocket',
  'Transfer-Encoding: gzip, chunked',
  `X-Long: ${'x'.repeat(20_000)}`,
  'Content-Length: 5',
]
