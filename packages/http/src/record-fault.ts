import { LogError, type LogErrorCode, type LogErrorFields } from '@millrace/model/log-error'

/** Something is wrong with one record. Who knows which record that is makes a LogError of it. */
export class RecordFault extends Error {
  override readonly name = 'RecordFault'
  readonly code: LogErrorCode
  /** The record's field at fault, as the end of a JSON Pointer (`/headers/2`); empty: the record. */
  readonly pointer: string

  constructor(code: LogErrorCode, message: string, pointer = '') {
    super(message)
    this.code = code
    this.pointer = pointer
  }

  at(where: string, pointer: string, fields: LogErrorFields): LogError {
    return new LogError(this.code, `${where}: ${this.message}`, {
      ...fields,
      appended: false,
      errors: [{ path: pointer + this.pointer, message: this.message }],
    })
  }
}
