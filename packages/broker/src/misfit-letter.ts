/**
 * A record that does not fit the schema of its topic, as it is appended to the dead-letter topic: as it was sent, but
 * at the time of the append (by its own, retention might take it at once), and with headers behind its own that say
 * what happened:
 *
 *     millrace.dead-letter.topic, .timestamp       of the record
 *     millrace.dead-letter.path                    where in it, as a JSON Pointer: /value/lines/2
 *     millrace.dead-letter.reason                  what is wrong there
 */
import type { RecordToProduce } from '@millrace/model/broker'
import type { RecordContent } from '@millrace/model/record'
import type { Misfit } from './misfit.ts'

export function misfitLetter(
  { key, value, headers, timestamp }: RecordContent,
  { path, reason }: Misfit,
  topic: string,
  nowMs: number,
): RecordToProduce {
  const fields: readonly (readonly [string, string])[] = [
    ['topic', topic],
    ['timestamp', String(timestamp)],
    ['path', path],
    ['reason', reason],
  ]
  const added = fields.map(([name, text]) => ({
    name: `millrace.dead-letter.${name}`,
    value: Buffer.from(text),
  }))
  return { key, value, headers: [...headers, ...added], timestamp: nowMs }
}
