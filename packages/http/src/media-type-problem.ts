import { LogError } from '@millrace/model/log-error'
import type { FastifyRequest } from 'fastify'

/** A body that is not what the route reads: the detail shows the `curl` that would do. */
export function unsupportedMediaType(request: FastifyRequest): LogError {
  const type = request.headers['content-type']
  const cause =
    type === undefined ? 'There is no Content-Type.' : `${type} is not read here.${formNote(type)}`
  return new LogError('UNSUPPORTED_MEDIA_TYPE', `${cause} ${adviceFor(request)}`, {
    appended: false,
  })
}

/** A body that is not there at all. */
export function noBody(request: FastifyRequest): LogError {
  return new LogError('INVALID_REQUEST', `There is no body. ${adviceFor(request)}`)
}

function formNote(type: string): string {
  return type.startsWith('application/x-www-form-urlencoded')
    ? ' (curl -d sends that, and strips line breaks.)'
    : ''
}

function adviceFor(request: FastifyRequest): string {
  const address = `${request.protocol}://${request.host}${request.url}`
  const schema: unknown = request.routeOptions.schema?.body
  if (schema === undefined) {
    return (
      `Send JSON: curl --json '{"value":1}' '${address}' ` +
      `or bytes as they are: curl --data-binary @file -H 'Content-Type: text/plain' '${address}'`
    )
  }
  const method = request.method === 'POST' ? '' : `-X ${request.method} `
  return `Send JSON: curl ${method}--json '${exampleOf(schema)}' '${address}'`
}

function exampleOf(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null || !('examples' in schema)) return '{}'
  return Array.isArray(schema.examples) ? JSON.stringify(schema.examples[0]) : '{}'
}
