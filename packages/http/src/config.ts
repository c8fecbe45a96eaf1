/** The HTTP section of the configuration: complete, in range and frozen. */
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

const MiB = 1024 * 1024
const SECOND_MS = 1000
const DAY_MS = 86_400_000

export const HttpConfigSchema = Type.Object(
  {
    host: Type.String({
      description:
        'The address to listen on. Loopback unless told otherwise: there is no authentication yet.',
      default: '127.0.0.1',
      minLength: 1,
    }),
    port: Type.Integer({
      description: 'The TCP port to listen on; 0 takes a free one.',
      default: 7070,
      minimum: 0,
      maximum: 65_535,
    }),
    allowedHosts: Type.Array(Type.String({ minLength: 1 }), {
      description:
        'Names that a request may address the server by, without port. On loopback these come ' +
        'beside localhost and the loopback addresses; elsewhere, empty allows every name.',
      default: [],
    }),
    allowedOrigins: Type.Array(Type.String({ pattern: '^https?://[^/]+$' }), {
      description:
        'Origins whose pages may use the API from a browser, as https://console.example.org. ' +
        'Empty: no CORS header is ever sent, and a page of another origin may write nothing.',
      default: [],
    }),
    bodyMaxBytes: Type.Integer({
      description: 'The largest JSON or raw body: one append. NDJSON bodies have no limit.',
      default: 8 * MiB,
      minimum: 1024,
      maximum: 8 * MiB,
    }),
    recordMaxBytes: Type.Integer({
      description: 'The largest record: key, value and headers together.',
      default: 1 * MiB,
      minimum: 1,
      maximum: 8 * MiB,
    }),
    bodiesInFlightMaxBytes: Type.Integer({
      description:
        'Bodies held in memory at once. A request beyond it is refused with 429 before its body is read.',
      default: 128 * MiB,
      minimum: 8 * MiB,
    }),
    requestTimeoutMs: Type.Integer({
      description: 'How long a body of bounded size may take to arrive.',
      default: 30 * SECOND_MS,
      minimum: 1,
      maximum: DAY_MS,
    }),
    nextBytesTimeoutMs: Type.Integer({
      description:
        'How long a streamed body may pause, and how long a reader may leave bytes unread.',
      default: 30 * SECOND_MS,
      minimum: 1,
      maximum: DAY_MS,
    }),
    headersTimeoutMs: Type.Integer({
      description: 'How long the headers of a request may take to arrive.',
      default: 10 * SECOND_MS,
      minimum: 1,
      maximum: DAY_MS,
    }),
    keepAliveTimeoutMs: Type.Integer({
      description: 'How long a connection may wait for its next request.',
      default: 72 * SECOND_MS,
      minimum: 1,
      maximum: DAY_MS,
    }),
    heartbeatMs: Type.Integer({
      description: 'A quiet event stream sends its position this often.',
      default: 15 * SECOND_MS,
      minimum: 1,
      maximum: DAY_MS,
    }),
    maxConnections: Type.Integer({
      description: 'Connections at once; further ones are closed.',
      default: 10_000,
      minimum: 1,
    }),
  },
  { additionalProperties: false },
)

export type HttpConfig = Readonly<Static<typeof HttpConfigSchema>>

/** Fills in the defaults. Throws TypeError with the place and what is wrong there. */
export function parseHttpConfig(input: unknown): HttpConfig {
  const config = Value.Default(HttpConfigSchema, structuredClone(input))
  if (Value.Check(HttpConfigSchema, config)) return Object.freeze(config)
  const [problem] = Value.Errors(HttpConfigSchema, config)
  throw new TypeError(`http${problem?.instancePath ?? ''}: ${problem?.message ?? 'is not valid'}`)
}
