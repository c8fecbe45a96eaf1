import type { LogError, LogErrorCode } from '@millrace/model/log-error'
import { isInternalTopic } from '@millrace/model/topic'

/**
 * What to do next, as a sentence; empty where the failure has said it. Below this edge nobody knows of addresses,
 * headers and parameters; above it, the client and the CLI show this sentence too.
 */
export function nextStep({ code, fields }: LogError): string {
  if (code === 'UNKNOWN_TOPIC_OR_PARTITION') return forTopic(fields.topic)
  if (fields.subject !== undefined) return forSubject(fields.subject)
  if (fields.shareGroup !== undefined) return forShareGroup(fields.shareGroup)
  if (code === 'OVERLOADED') return `Try again in ${fields.retryAfterMs ?? RETRY_MS} ms.`
  return NEXT_STEPS[code] ?? ''
}

/** Of a partition that is not there, those that are were told. */
function forTopic(topic: string | undefined): string {
  if (topic === undefined) return ''
  const creating = isInternalTopic(topic) ? '' : `PUT /v1/topics/${topic} creates it, `
  return `${creating}GET /v1/topics lists those there are.`
}

function forShareGroup(name: string): string {
  return `PUT /v1/share-groups/${name} creates it, GET /v1/share-groups lists those there are.`
}

function forSubject(subject: string): string {
  const path = encodeURIComponent(subject)
  return `POST /registry/subjects/${path}/versions registers one, GET /registry/subjects lists those there are.`
}

const RETRY_MS = 1000

const NEXT_STEPS: { readonly [Code in LogErrorCode]?: string } = {
  UNKNOWN_SCHEMA: 'GET /registry/subjects lists the subjects there are.',
  UNKNOWN_GROUP: 'A consumer group is there once somebody polled for it, or committed.',
  UNKNOWN_MEMBER: 'Join the group again: poll with no cursor.',
  NOT_ACCEPTABLE: 'Accept one of them.',
  REQUEST_TOO_SLOW: 'Send it again, in smaller parts where the connection is slow.',
  TOPIC_EXISTS: 'Ask for what it is, or alter it.',
  PARTITIONS_CANNOT_SHRINK: 'A topic of another name can have fewer.',
  PRODUCER_FENCED: 'POST /v1/producers gives another producer id.',
  OUT_OF_ORDER_SEQUENCE:
    'Where there is an expectedSequence, it is the next to send; POST /v1/producers gives an id that begins at 0.',
  FENCED_MEMBER_EPOCH:
    'A member goes on with the cursor of its last answer, or joins the group again: polls with no cursor.',
  GROUP_NOT_EMPTY: 'Let its members leave first: DELETE /v1/groups/{group}/members/{member}.',
  GROUP_MAX_SIZE_REACHED: 'Let another leave first, or raise the limit.',
  LOG_END_OFFSET_MISMATCH:
    'Read what was appended meanwhile, then send it with logEndOffset as If-Log-End-Offset.',
  BODY_TOO_LARGE: 'Send it in parts; a produce of application/x-ndjson has no limit.',
  RECORD_TOO_LARGE:
    'Keep what is large elsewhere and send where it is, or raise the limit ' +
    "(http.recordMaxBytes, and of the batch that it comes in its topic's maxMessageBytes).",
  HEADERS_TOO_LARGE: 'Send fewer or shorter ones.',
  CORRUPT_BATCH: 'Encode it again from its records.',
  CORRUPT_SEGMENT:
    'Go on at nextReadableOffset; with the server down, `millrace log verify` says what is damaged.',
}
