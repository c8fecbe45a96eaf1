/** Consumer groups, as far as their committed offsets go. */
import { Type, type Static } from 'typebox'
import { CommittedOffset } from './offsets.ts'
import { CLOSED, GroupName, PageLimit } from './values.ts'

const GroupState = Type.Literal('Empty', { description: 'No member is in the group.' })

export const GroupPageQuery = Type.Object(
  {
    limit: Type.Optional(PageLimit),
    after: Type.Optional(
      Type.String({
        pattern: '^[a-zA-Z0-9._-]{0,249}$',
        description: 'The last name seen: the page begins after it.',
        examples: ['billing'],
      }),
    ),
  },
  CLOSED,
)
export type GroupPageQuery = Static<typeof GroupPageQuery>

export const GroupPage = Type.Object(
  {
    groups: Type.Array(Type.Object({ group: GroupName, state: GroupState }, CLOSED)),
    next: Type.Optional(
      Type.String({ description: 'Absent at the end; else the `after` of the next page.' }),
    ),
  },
  { ...CLOSED, examples: [{ groups: [{ group: 'billing', state: 'Empty' }], next: 'billing' }] },
)
export type GroupPage = Static<typeof GroupPage>

export const GroupDescription = Type.Object(
  {
    group: GroupName,
    state: GroupState,
    members: Type.Array(Type.Never()),
    offsets: Type.Array(CommittedOffset),
    lag: Type.Integer({ description: 'Over all partitions, in records.', examples: [57] }),
    lagMs: Type.Integer({ minimum: 0, description: 'The largest of all partitions.' }),
  },
  {
    ...CLOSED,
    examples: [
      {
        group: 'billing',
        state: 'Empty',
        members: [],
        offsets: [
          {
            topic: 'orders',
            partition: 0,
            offset: 43,
            metadata: '',
            committedAt: 1_763_800_000_000,
            highWatermark: 100,
            logStartOffset: 0,
            lag: 57,
            lagMs: 1200,
          },
        ],
        lag: 57,
        lagMs: 1200,
      },
    ],
  },
)
export type GroupDescription = Static<typeof GroupDescription>
