/** Consumer groups: who reads which partition, and how far the group is. */
import { Type, type Static } from 'typebox'
import { COMMITTED_EXAMPLE, CommittedOffset } from './offsets.ts'
import {
  AfterName,
  CLOSED,
  GroupName,
  MemberId,
  NextPage,
  Nullable,
  PageLimit,
  PartitionIndex,
  TopicName,
} from './values.ts'

const GroupState = Type.Union(
  [Type.Literal('Empty'), Type.Literal('Reconciling'), Type.Literal('Stable')],
  {
    description:
      'Empty: it has no members. Stable: each has what it shall have. Reconciling: some have not let go yet, or not got it.',
    examples: ['Stable'],
  },
)

/** Partitions, topic by topic. */
export const PartitionsByTopic = Type.Array(
  Type.Object({ topic: TopicName, partitions: Type.Array(PartitionIndex) }, CLOSED),
)

const GroupMember = Type.Object(
  {
    memberId: MemberId,
    instanceId: Nullable(MemberId),
    topics: Type.Array(TopicName, { description: 'What it wants to read.' }),
    assignment: PartitionsByTopic,
    revoked: Type.Unsafe<Static<typeof PartitionsByTopic>>({
      ...PartitionsByTopic,
      description: 'What it was told to let go of, and has not yet.',
    }),
  },
  CLOSED,
)

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
    epoch: Type.Integer({
      minimum: 0,
      description: 'One more with each change of who is there, or of what they want.',
    }),
    members: Type.Array(GroupMember),
    offsets: Type.Array(CommittedOffset),
    lag: Type.Integer({ description: 'Over all partitions, in records.', examples: [57] }),
    lagMs: Type.Integer({ minimum: 0, description: 'The largest of all partitions.' }),
  },
  {
    ...CLOSED,
    examples: [
      {
        group: 'billing',
        state: 'Stable',
        epoch: 8,
        members: [
          {
            memberId: 'm1',
            instanceId: null,
            topics: ['orders'],
            assignment: [{ topic: 'orders', partitions: [0, 2] }],
            revoked: [],
          },
        ],
        offsets: [COMMITTED_EXAMPLE],
        lag: 57,
        lagMs: 1200,
      },
    ],
  },
)
export type GroupDescription = Static<typeof GroupDescription>

export const MemberPath = Type.Object({ group: GroupName, member: MemberId }, CLOSED)
