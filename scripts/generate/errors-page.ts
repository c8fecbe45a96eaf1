import { CLIENT_ERRORS } from '@millrace/client'
import { HTTP_STATUS } from '@millrace/http/errors'
import { REGISTRY_ERRORS, type RegistryErrorName } from '@millrace/model/registry-error'
import { LOG_ERRORS, type LogErrorCode } from '@millrace/model/log-error'
import { ACKNOWLEDGEMENT_ERRORS } from '@millrace/model/share-group'
import { EXIT, EXIT_STATUS } from '../../packages/cli/src/exit-status.ts'
import { heading, lines, type Page, table } from './page.ts'

export const errorsPage: Page = { path: 'docs/errors.md', render }

function render(): string {
  const codes = Object.keys(LOG_ERRORS) as readonly LogErrorCode[]
  return lines(
    heading('Errors', 'the tables of errors and what the edges make of them'),
    'Every failure that a caller should expect has one code, the same over HTTP, in the client and in the CLI. Over HTTP it',
    'is a problem document (RFC 9457, `application/problem+json`) with `code`, `detail`, `retriable` and `appended`: whether',
    'anything was written (`false`, `true`, `"partial"`: what `ranges` names, `"unknown"`). The address in `type` ends in the',
    'code, in lower case with dashes. *Retriable*: the same request may succeed later.',
    '',
    table(
      ['code', 'HTTP', 'CLI exit', 'retriable', 'meaning'],
      codes
        .toSorted((a, b) => HTTP_STATUS[a] - HTTP_STATUS[b])
        .map((code) => [
          `\`${code}\``,
          String(HTTP_STATUS[code]),
          String(EXIT_STATUS[code]),
          LOG_ERRORS[code].retriable ? 'yes' : '',
          LOG_ERRORS[code].about,
        ]),
    ),
    '',
    ...whatOnlyClientsSay(),
    ...ofTheRegistry(),
    '## Exit statuses of the CLI',
    '',
    table(
      ['status', 'meaning'],
      Object.entries(EXIT).map(([name, status]) => [
        String(status),
        MEANINGS[name as keyof typeof EXIT],
      ]),
    ),
  )
}

function whatOnlyClientsSay(): readonly (string | readonly string[])[] {
  return [
    '## What only a client says',
    '',
    'These are in no answer of a server: the client library rejects with them, and the CLI exits by them.',
    '',
    table(
      ['code', 'CLI exit', 'retriable', 'meaning'],
      (Object.keys(CLIENT_ERRORS) as readonly (keyof typeof CLIENT_ERRORS)[]).map((code) => [
        `\`${code}\``,
        String(EXIT_STATUS[code]),
        CLIENT_ERRORS[code].retriable ? 'yes' : '',
        CLIENT_ERRORS[code].about,
      ]),
    ),
    '',
    '## What is said of one acknowledgement',
    '',
    'A call that acknowledges records of a share group succeeds, and says of each whether it counted: its `code` is null, or',
    '',
    table(
      ['code', 'meaning'],
      Object.entries(ACKNOWLEDGEMENT_ERRORS).map(([code, { about }]) => [`\`${code}\``, about]),
    ),
    '',
  ]
}

function ofTheRegistry(): readonly (string | readonly string[])[] {
  return [
    '## The schema registry',
    '',
    'Below `/registry`, errors have the form of Confluent’s Schema Registry API: `{"error_code":40401,"message":"…"}`. What the',
    'table above says of the storage is `50001` there, and of a request its HTTP status. The client library rejects with the',
    'name at the end of the line for its `code`, and keeps `errorCode`.',
    '',
    table(
      ['error_code', 'HTTP', 'CLI exit', 'meaning', ''],
      Object.entries(REGISTRY_ERRORS).map(([name, { errorCode, status, about }]) => [
        String(errorCode),
        String(status),
        String(EXIT_STATUS[name as RegistryErrorName]),
        about,
        `\`${name}\``,
      ]),
    ),
    '',
  ]
}

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done; also when the reader of a pipe closed it',
  failure: 'it failed, and standard error says how',
  usage: 'the command line or a name in it is wrong',
  notFound: 'a topic, partition, group or file is not there',
  conflict: 'what is there is not as it would have to be',
  unauthorized: 'the server does not allow it',
  unavailable: 'no server answers, or it cannot now',
  corruption: 'damage was found',
  interrupted: 'interrupted',
}
