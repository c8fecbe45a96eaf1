/** Is it alive, is it ready, how is it doing. */
import { Type, type Static } from 'typebox'
import { CLOSED, Count } from './values.ts'

export const Health = Type.Object(
  { status: Type.Literal('ok') },
  { ...CLOSED, examples: [{ status: 'ok' }] },
)
export type Health = Static<typeof Health>

const ServerState = Type.Union([
  Type.Literal('recovering'),
  Type.Literal('ready'),
  Type.Literal('read-only'),
  Type.Literal('stopping'),
])
export type ServerState = Static<typeof ServerState>

export const Readiness = Type.Object(
  {
    state: ServerState,
    reason: Type.Optional(Type.String({ description: 'Why it is not ready; what to do next.' })),
  },
  { ...CLOSED, examples: [{ state: 'ready' }] },
)
export type Readiness = Static<typeof Readiness>

export const ServerStatus = Type.Object(
  {
    version: Type.String({ examples: ['0.1.0'] }),
    state: ServerState,
    reason: Type.Optional(Type.String({ description: 'Why it is not ready; what to do next.' })),
    dataDirectory: Type.String({ examples: ['/var/lib/millrace'] }),
    diskFreeBytes: Count,
    diskTotalBytes: Count,
    isFull: Type.Boolean({ description: 'Produce is refused until there is room.' }),
    autoCreateTopics: Type.Boolean({
      description: 'A produce to a topic that does not exist makes it.',
    }),
    lastRecovery: Type.Object(
      {
        wasClean: Type.Boolean({ description: 'The stop before had written everything.' }),
        durationMs: Type.Number({ minimum: 0 }),
        replayedEntries: Count,
        replayedBytes: Count,
        setAside: Type.Array(Type.String(), { description: 'Files with what was cut.' }),
        notes: Type.Array(Type.String()),
      },
      CLOSED,
    ),
  },
  {
    ...CLOSED,
    examples: [
      {
        version: '0.1.0',
        state: 'ready',
        dataDirectory: '/var/lib/millrace',
        diskFreeBytes: 82_908_487_680,
        diskTotalBytes: 270_553_174_016,
        isFull: false,
        autoCreateTopics: false,
        lastRecovery: {
          wasClean: true,
          durationMs: 41.2,
          replayedEntries: 0,
          replayedBytes: 0,
          setAside: [],
          notes: [],
        },
      },
    ],
  },
)
export type ServerStatus = Static<typeof ServerStatus>
