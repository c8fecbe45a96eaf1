import {
  HIGH_WATERMARK_HEADER,
  LOG_START_OFFSET_HEADER,
  NEXT_OFFSET_HEADER,
} from '@millrace/http-api/fetch'
import { RECORD_BATCHES_TYPE } from '@millrace/http-api/records'
import type { FetchedBatches, PartitionBounds } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import type { FastifyReply } from 'fastify'
import { AnswerStream } from './answer-stream.ts'

/** Whole batches as they are stored, piece by piece, without a copy. */
export async function answerBatches(
  reply: FastifyReply,
  fetched: FetchedBatches,
  stallMs: number,
): Promise<void> {
  const length = fetched.pieces.reduce((sum, piece) => sum + piece.length, 0)
  const headers = { ...batchesHeaders(fetched, fetched.nextOffset), 'Content-Length': length }
  const stream = AnswerStream.open(reply, headers, stallMs)
  for (const piece of fetched.pieces) await stream.write(piece)
  stream.end()
}

export function batchesHeaders(
  bounds: PartitionBounds,
  nextOffset: Offset,
): Record<string, string> {
  return {
    'Content-Type': RECORD_BATCHES_TYPE,
    [LOG_START_OFFSET_HEADER]: `${bounds.logStartOffset}`,
    [HIGH_WATERMARK_HEADER]: `${bounds.highWatermark}`,
    [NEXT_OFFSET_HEADER]: `${nextOffset}`,
  }
}
