import { LogError } from '@millrace/model/log-error'
import type { FastifySchemaValidationError } from 'fastify'

/** What a schema did not allow, place by place. A name that breaks the rule of names is INVALID_TOPIC. */
export function validationProblem(
  found: readonly FastifySchemaValidationError[],
  context: string | undefined,
): LogError {
  const errors = withoutEchoes(found)
    .map((one) => ({ path: placeOf(one, context), message: messageOf(one, context) }))
    .slice(0, ERRORS_SHOWN_MAX)
  const detail = errors.map(({ path, message }) =>
    path === '' && context === 'body' ? `The body ${message}` : `${path}: ${message}`,
  )
  const isName = context === 'params' && found.some((one) => NAMES.has(one.instancePath))
  return new LogError(isName ? 'INVALID_TOPIC' : 'INVALID_REQUEST', `${detail.join('; ')}.`, {
    appended: false,
    errors,
  })
}

const ERRORS_SHOWN_MAX = 10
/** A name that is not known may be as long as the body is. */
const PATH_SHOWN_MAX = 100
const NAMES = new Set(['/topic', '/group'])

/**
 * Of alternatives that all failed, only that they did, unless null was the only other; and of a name too long, its
 * rule, which says how long.
 */
function withoutEchoes(
  found: readonly FastifySchemaValidationError[],
): FastifySchemaValidationError[] {
  const unions = found.filter((one) => one.keyword === 'anyOf')
  const opened = unions.filter(
    (union) =>
      isNullable(union) && found.some((one) => isWithin(one, union) && !isKind(one, union)),
  )
  const closed = unions.filter((union) => !opened.includes(union))
  const patterns = new Set(
    found.filter((one) => one.keyword === 'pattern').map((one) => one.instancePath),
  )
  return found
    .filter((one) => !opened.some((union) => one === union || isKind(one, union)))
    .filter((one) => !closed.some((union) => isWithin(one, union)))
    .filter((one) => one.keyword !== 'maxLength' || !patterns.has(one.instancePath))
}

function isWithin(one: FastifySchemaValidationError, union: FastifySchemaValidationError): boolean {
  return one.schemaPath.startsWith(`${union.schemaPath}/`)
}

/** That the value is of no such kind, as null is not an object. */
function isKind(one: FastifySchemaValidationError, union: FastifySchemaValidationError): boolean {
  return isWithin(one, union) && one.keyword === 'type' && one.instancePath === union.instancePath
}

/** One alternative, or null. */
function isNullable(union: FastifySchemaValidationError): boolean {
  const alternatives = alternativesOf(union)
  return alternatives?.length === 2 && alternatives.map(shortly).includes('null')
}

function placeOf(error: FastifySchemaValidationError, context: string | undefined): string {
  const field = error.params['additionalProperty'] ?? error.params['missingProperty']
  const path = typeof field === 'string' ? `${error.instancePath}/${field}` : error.instancePath
  return (context === 'body' ? path : path.slice(1)).slice(0, PATH_SHOWN_MAX)
}

function messageOf(error: FastifySchemaValidationError, context: string | undefined): string {
  const kind = context === 'body' ? 'field' : 'parameter'
  switch (error.keyword) {
    case 'additionalProperties':
      return `there is no such ${kind}`
    case 'type':
      return `must be ${withArticle(String(error.params['type']))}`
    case 'minProperties':
      return 'must name at least one field'
    case 'required':
      return `this ${kind} is missing`
    case 'pattern':
      return mustBe(descriptionOf(error))
    case 'anyOf':
      return oneOf(constantsOf(error)) ?? mustBe(descriptionOf(error))
    case 'minItems':
      return 'must name at least one'
    case 'const':
    case 'enum':
      return (
        oneOf(error.params['allowedValues'] ?? error.params['allowedValue']) ?? 'is not allowed'
      )
    default:
      return error.message ?? 'is not allowed'
  }
}

function oneOf(values: unknown): string | undefined {
  return values === undefined ? undefined : `must be one of ${JSON.stringify(values)}`
}

/** Undefined unless that is all that the alternatives are. */
function constantsOf(error: FastifySchemaValidationError): readonly unknown[] | undefined {
  const constants = alternativesOf(error)?.flatMap((one: unknown) => {
    return typeof one === 'object' && one !== null && 'const' in one ? [one.const] : []
  })
  return constants?.length === alternativesOf(error)?.length ? constants : undefined
}

function withArticle(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

/** A description says what a thing is: of one that is refused, its first sentence says what it must be. */
function mustBe(description: string | undefined): string {
  if (description === undefined) return 'is not allowed'
  const [first = ''] = description.split(/\. (?=[A-Z])/)
  return `must be ${first.charAt(0).toLowerCase()}${first.slice(1).replace(/\.$/, '')}`
}

function descriptionOf(error: FastifySchemaValidationError): string | undefined {
  const schema = schemaOf(error)
  if (schema === undefined) return undefined
  if ('description' in schema && typeof schema.description === 'string') return schema.description
  return alternativesOf(error)?.map(shortly).join(' or ')
}

function alternativesOf(error: FastifySchemaValidationError): readonly unknown[] | undefined {
  const schema = schemaOf(error)
  if (schema === undefined || !('anyOf' in schema)) return undefined
  return Array.isArray(schema.anyOf) ? schema.anyOf : undefined
}

/** Ajv is asked to be verbose, and then an error carries its schema; Fastify's type of it does not say so. */
function schemaOf(error: FastifySchemaValidationError): object | undefined {
  if (!('parentSchema' in error)) return undefined
  const schema = error.parentSchema
  return typeof schema === 'object' && schema !== null ? schema : undefined
}

function shortly(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return 'anything'
  if ('const' in schema) return JSON.stringify(schema.const)
  return 'type' in schema ? String(schema.type) : 'anything'
}
