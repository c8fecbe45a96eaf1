import { GROUP_BATCHES_TYPE } from '@millrace/http-api/records'
import type { GroupPoll } from '@millrace/model/consumer-group'
import type { FastifyReply } from 'fastify'
import { AnswerStream } from './answer-stream.ts'

/**
 * A poll's answer with its records as they are stored, without a copy of them:
 *
 *     u32, big-endian   length of the head
 *     JSON, UTF-8       the head: all that the answer in JSON has but the records, and `batches`: whose, and how long
 *     bytes             the record batches of each, in that order
 */
export async function answerGroupBatches(
  reply: FastifyReply,
  poll: GroupPoll,
  stallMs: number,
): Promise<void> {
  const { memberId, memberEpoch, assignment, revoked, skipped, heartbeatIntervalMs } = poll
  const batches = poll.fetched.map(({ topic, partition, offset, batches: { pieces } }) => {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    return { topic, partition, offset, bytes }
  })
  const cursor = poll.cursorAt(poll.fetched.map(({ batches: { nextOffset } }) => nextOffset))
  const member = {
    cursor,
    memberId,
    memberEpoch,
    assignment,
    revoked,
    skipped,
    heartbeatIntervalMs,
  }
  const head = Buffer.from(JSON.stringify({ ...member, batches }))
  const start = Buffer.alloc(LENGTH_SIZE + head.length)
  start.writeUInt32BE(head.length, 0)
  start.set(head, LENGTH_SIZE)
  const length = batches.reduce((sum, { bytes }) => sum + bytes, start.length)
  const headers = { 'Content-Type': GROUP_BATCHES_TYPE, 'Content-Length': length }
  const stream = AnswerStream.open(reply, headers, stallMs)
  await stream.write(start)
  for (const { batches: fetched } of poll.fetched) {
    for (const piece of fetched.pieces) await stream.write(piece)
  }
  stream.end()
}

const LENGTH_SIZE = 4
