import { LogError, type LogErrorFields } from '@millrace/model/log-error'
import type { SchemaSetting } from '@millrace/model/schema-setting'

/** A key or a value that is no datum of the schema it is held to. */
export class Misfit extends Error {
  override readonly name = 'Misfit'
  /** Where in the record, as a JSON Pointer: `/value/lines/2`. One that is too long ends with `…`. */
  readonly path: string
  /** Says what becomes of the record. */
  readonly setting: SchemaSetting

  constructor(path: string, message: string, setting: SchemaSetting) {
    super(message)
    // Keys of a map are as long as somebody likes.
    this.path = path.length > PATH_LENGTH_MAX ? `${path.slice(0, PATH_LENGTH_MAX)}…` : path
    this.setting = setting
  }

  /** For those who read a dead letter. */
  get reason(): string {
    return `${this.path}: ${this.message}`.slice(0, REASON_LENGTH_MAX)
  }
}

/** The whole request is refused. `place` says which record it is. */
export function rejection({ path, message }: Misfit, place: LogErrorFields): LogError {
  return new LogError('INVALID_RECORD', `${path}: ${message}`, {
    ...place,
    appended: false,
    errors: [{ path, message }],
  })
}

const PATH_LENGTH_MAX = 300
const REASON_LENGTH_MAX = 500
