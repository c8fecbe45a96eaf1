/** The parameters of the schema registry: those of Confluent's Schema Registry. */
import { Type, type Static } from 'typebox'

/** Others, of newer clients, are overlooked. */
const OPEN = { additionalProperties: true }

const Subject = Type.String({
  description: 'A subject: what the versions of one schema are called by.',
  examples: ['orders-value'],
})

const Version = Type.String({
  description:
    'A version of the subject, from 1; `latest`, or -1, is the last that is not deleted.',
  examples: ['latest'],
})

const Id = Type.String({ description: 'The id of a schema.', examples: ['7'] })

/** Clients write it in their own languages: `true`, `True`. Anything else is no. */
function flag(description: string) {
  return Type.Optional(Type.String({ description, examples: ['true'] }))
}

const Deleted = flag('Also what is deleted, though not permanently.')
const DeletedOnly = flag('Only what is deleted, though not permanently.')
const Normalize = flag('By the normal form of the schema: what says the same is the same.')
const SubjectPrefix = Type.Optional(
  Type.String({
    description: 'Only subjects whose names begin so. `:*:` stands for all.',
    examples: ['orders'],
  }),
)
const Offset = Type.Optional(
  Type.Integer({ minimum: 0, description: 'How many to leave out first.', examples: [0] }),
)
const Limit = Type.Optional(
  Type.Integer({
    description: 'How many there may be at most; 0 and below: as many as one answer holds.',
    examples: [100],
  }),
)

export const SubjectPath = Type.Object({ subject: Subject })
export const VersionPath = Type.Object({ subject: Subject, version: Version })
export const SchemaIdPath = Type.Object({ id: Id })

export const SubjectListQuery = Type.Object(
  {
    subjectPrefix: SubjectPrefix,
    deleted: Deleted,
    deletedOnly: DeletedOnly,
    offset: Offset,
    limit: Limit,
  },
  OPEN,
)
export type SubjectListQuery = Static<typeof SubjectListQuery>

export const SchemaListQuery = Type.Object(
  {
    subjectPrefix: SubjectPrefix,
    deleted: Deleted,
    latestOnly: flag('Of each subject its last version only.'),
    offset: Offset,
    limit: Limit,
  },
  OPEN,
)

export const VersionListQuery = Type.Object({ deleted: Deleted, deletedOnly: DeletedOnly }, OPEN)
export const DeletedQuery = Type.Object({ deleted: Deleted }, OPEN)
export const LookupQuery = Type.Object({ normalize: Normalize, deleted: Deleted }, OPEN)
export const RegisterQuery = Type.Object({ normalize: Normalize }, OPEN)

export const DeleteQuery = Type.Object(
  { permanent: flag('For good; what is not deleted yet must be deleted first.') },
  OPEN,
)

export const SchemaByIdQuery = Type.Object(
  { fetchMaxId: flag('With the highest id that was given.') },
  OPEN,
)

export const SchemaUsesQuery = Type.Object(
  {
    subject: Type.Optional(
      Type.String({ description: 'Only of this subject.', examples: ['orders-value'] }),
    ),
    deleted: Deleted,
  },
  OPEN,
)

export const CheckQuery = Type.Object(
  { verbose: flag('With the reasons.'), normalize: Normalize },
  OPEN,
)

export const InheritQuery = Type.Object(
  { defaultToGlobal: flag('What holds for the subject, when it has nothing of its own.') },
  OPEN,
)

export const ModeQuery = Type.Object(
  { force: flag('IMPORT also where there are schemas already.') },
  OPEN,
)
