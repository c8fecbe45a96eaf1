/** Schemas that the OpenAPI document names, so that what is generated from it has names too. */
import { Problem } from '@millrace/http-api/errors'
import { GroupDescription, GroupPage } from '@millrace/http-api/groups'
import { GroupPollAnswer, GroupRecord } from '@millrace/http-api/group-poll'
import { Readiness, ServerStatus } from '@millrace/http-api/health'
import { CommittedOffsetList, OffsetHistory, OffsetMoves } from '@millrace/http-api/offsets'
import {
  FetchAnswer,
  FetchedRecord,
  ProducedRanges,
  ProducedRecords,
} from '@millrace/http-api/records'
import { ShareGroupDescription, ShareGroupPage } from '@millrace/http-api/share-groups'
import {
  AcknowledgeAnswer,
  AcquireAnswer,
  AcquiredRecord,
  RedriveAnswer,
} from '@millrace/http-api/share-records'
import { AlteredTopic, TopicDescription, TopicPage } from '@millrace/http-api/topics'
import type { TSchema } from 'typebox'

export const NAMED_SCHEMAS: Readonly<Record<string, TSchema>> = {
  AcknowledgeAnswer,
  AcquireAnswer,
  AcquiredRecord,
  AlteredTopic,
  CommittedOffsetList,
  FetchAnswer,
  FetchedRecord,
  GroupDescription,
  GroupPage,
  GroupPollAnswer,
  GroupRecord,
  OffsetHistory,
  OffsetMoves,
  Problem,
  ProducedRanges,
  ProducedRecords,
  Readiness,
  RedriveAnswer,
  ServerStatus,
  ShareGroupDescription,
  ShareGroupPage,
  TopicDescription,
  TopicPage,
}

/** `schema`, or where the document has it under its name. */
export function byName(schema: object): object {
  const name = NAMES.get(schema)
  return name === undefined ? schema : { $ref: `${name}#` }
}

const NAMES = new Map<object, string>(
  Object.entries(NAMED_SCHEMAS).map(([name, schema]) => [schema, name]),
)
