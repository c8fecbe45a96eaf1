/** Consumer groups, as far as their committed offsets go. */
import { Type, type Static } from 'typebox'
import { COMMITTED_EXAMPLE, CommittedOffset } from './offsets.ts'
import { AfterName, CLOSED, GroupName, NextPage, PageLimit } from './values.ts'

const GroupState = Type.Literal('Empty', { description: 'No member is in the group.' })

export const GroupPageQuery = Type.Object(
  {
    limit: Type.Optional(PageLimit),
    after: Type.Optional(AfterName('billing')),
  },
  CLOSED,
)
export type GroupPageQuery = Static<typeof GroupPageQuery>

export const GroupPage = Type.Object(
  {
    groups: Type.Array(Type.Object({ group: GroupName, state: GroupState }, CLOSED)),
    next: NextPage,
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
        offsets: [COMMITTED_EXAMPLE],
        lag: 57,
        lagMs: 1200,
      },
    ],
  },
)
export type GroupDescription = Static<typeof GroupDescription>
