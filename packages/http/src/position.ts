import { LogError } from '@millrace/model/log-error'
import { type Offset, toOffset } from '@millrace/model/offset'

/** Where a stream is: the next offset of each of its partitions. */
export type StreamPosition = ReadonlyMap<number, Offset>

/** `0:43,2:17` */
export function formatPosition(
  parts: Iterable<readonly [partition: number, next: Offset]>,
): string {
  let text = ''
  for (const [partition, next] of parts) text += `${text === '' ? '' : ','}${partition}:${next}`
  return text
}

export function parsePosition(text: string): StreamPosition {
  const position = new Map<number, Offset>()
  for (const part of text.split(',')) {
    const [partition = '', offset = ''] = part.split(':')
    const next = PLAIN_INTEGER.test(offset) ? toOffset(Number(offset)) : undefined
    if (!PLAIN_INTEGER.test(partition) || next === undefined || position.has(Number(partition))) {
      throw new LogError(
        'INVALID_REQUEST',
        `${JSON.stringify(text)} is no position: partition:nextOffset of each partition once, as 0:43,2:17.`,
      )
    }
    position.set(Number(partition), next)
  }
  return position
}

const PLAIN_INTEGER = /^(0|[1-9][0-9]{0,15})$/
