import { LogError, type LogErrorFields } from '@millrace/model/log-error'

/** Where a record is in the body of a request. */
export interface RecordPlace {
  /** In words: `Record 7`. */
  readonly words: string
  /** As a JSON Pointer; empty: the whole body, or line. */
  readonly pointer: string
  readonly fields: LogErrorFields
}

/** What is wrong with one record, which the broker knows by its index, as those see it who sent the body. */
export function placed(error: unknown, placeOf: (index: number) => RecordPlace): unknown {
  if (!(error instanceof LogError)) return error
  const { index, errors, ...fields } = error.fields
  if (index === undefined) return error
  const { words, pointer, fields: more } = placeOf(index)
  // With a path, that is what follows.
  const detail = `${words}${errors === undefined ? ':' : ','} ${error.detail}`
  return new LogError(error.code, detail, {
    ...fields,
    ...more,
    ...(errors && {
      errors: errors.map(({ path, message }) => ({ path: pointer + path, message })),
    }),
    cause: error,
  })
}
