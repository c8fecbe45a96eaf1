import { LogError, type LogErrorCode, type LogErrorFields } from '@millrace/model/log-error'

/** Something is wrong with one record. Who knows which record that is makes a LogError of it. */
export class RecordFault extends Error {
  override readonly name = 'RecordFault'
  readonly code: LogErrorCode
  /** Where in the record, as the end of a JSON Pointer: `/headers/2`; empty: the record. */
  readonly pointer: string

  constructor(code: LogErrorCode, message: string, pointer = '') {
    super(message)
    this.code = code
    this.pointer = pointer
  }

  /** The same, seen from one level further out. */
  under(name: string | number): RecordFault {
    return new RecordFault(this.code, this.message, `/${escaped(`${name}`)}${this.pointer}`)
  }

  /** `where` is the record in words (`Record 7`), `pointer` as a JSON Pointer. */
  at(where: string, pointer: string, fields: LogErrorFields): LogError {
    const place = this.pointer === '' ? where : `${where}, ${this.pointer}`
    return new LogError(this.code, `${place}: ${this.message}`, {
      ...fields,
      appended: false,
      errors: [{ path: pointer + this.pointer, message: this.message }],
    })
  }
}

/** As a JSON Pointer has it, and not longer than anyone reads. */
function escaped(name: string): string {
  return name.slice(0, NAME_SHOWN_MAX).replaceAll('~', '~0').replaceAll('/', '~1')
}

const NAME_SHOWN_MAX = 80
