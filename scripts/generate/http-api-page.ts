import { type Answer, type MediaType, METHODS, type OpenApiDocument } from './open-api.ts'
import type { Content, Operation, Parameter, Schema } from './open-api.ts'
import { heading, lines, table } from './page.ts'

/** `docs/http-api.md`: every operation of the OpenAPI document, with an example of each body. */
export function renderHttpApi(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, byMethod]) =>
    METHODS.flatMap((method) => {
      const operation = byMethod[method]
      return operation === undefined
        ? []
        : [{ title: `${method.toUpperCase()} ${path}`, operation }]
    }),
  )
  const byTag = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? 'other')
  return lines(
    heading('HTTP API', 'the schemas in packages/http-api, which also validate'),
    'The same is served as an OpenAPI 3.1 document at `/openapi.json`, with a page to try it at `/docs`. [errors.md](errors.md) has every',
    'code that a problem document may carry, [configuration.md](configuration.md) the limits that can be set.',
    '',
    [...byTag].flatMap(([tag, members]) => [
      `## ${capitalized(tag)}`,
      '',
      ...tagDescription(document, tag),
      ...members.flatMap(({ title, operation }) => section(title, operation)),
    ]),
  )
}

function tagDescription({ tags = [] }: OpenApiDocument, name: string): readonly string[] {
  const description = tags.find((tag) => tag.name === name)?.description
  return description === undefined ? [] : [description, '']
}

function section(title: string, operation: Operation): readonly string[] {
  const { summary, description, parameters = [], requestBody, responses = {} } = operation
  return [
    `### ${title}`,
    '',
    ...(summary === undefined ? [] : [`${summary}.`, '']),
    ...(description === undefined ? [] : [description, '']),
    ...parameterTable(parameters),
    ...body('Body', requestBody?.content),
    ...answersOf(responses),
  ]
}

function parameterTable(parameters: readonly Parameter[]): readonly string[] {
  if (parameters.length === 0) return []
  const rows = parameters.map(({ name, in: where, required, schema, description }) => [
    `\`${name}\``,
    `${where}${required === true ? ', required' : ''}`,
    typeOf(schema ?? {}),
    oneLine(description ?? schema?.description ?? ''),
  ])
  return [...table(['parameter', 'in', 'type', 'meaning'], rows), '']
}

function answersOf(responses: Readonly<Record<string, Answer>>): readonly string[] {
  const entries = Object.entries(responses)
  const rows = entries.map(([status, { description = '', content = {} }]) => [
    status,
    Object.keys(content)
      .map((type) => `\`${type}\``)
      .join(', '),
    oneLine(description),
  ])
  const successes = entries.filter(([status]) => status.startsWith('2'))
  return [
    ...table(['answer', 'as', 'meaning'], rows),
    '',
    ...successes.flatMap(([status, { content }]) => body(status, content)),
  ]
}

function body(name: string, content: Content = {}): readonly string[] {
  return Object.entries(content).flatMap(([type, media]) => {
    const example = exampleOf(media)
    if (example === undefined) return name === 'Body' ? [`${name}: \`${type}\``, ''] : []
    return [`${name}, \`${type}\`:`, '', '```json', JSON.stringify(example, null, 2), '```', '']
  })
}

function exampleOf({ examples, schema }: MediaType): unknown {
  const [named] = Object.values(examples ?? {})
  return named?.value ?? exampleOfSchema(schema ?? {})
}

/** What the schema itself gives, or what its parts give together. */
function exampleOfSchema(schema: Schema): unknown {
  const [own] = schema.examples ?? []
  if (own !== undefined) return own
  if (schema.const !== undefined) return schema.const
  const alternatives = schema.anyOf ?? schema.oneOf ?? []
  for (const alternative of alternatives) {
    const example = exampleOfSchema(alternative)
    if (example !== undefined) return example
  }
  if (schema.items !== undefined) {
    const item = exampleOfSchema(schema.items)
    return item === undefined ? undefined : [item]
  }
  if (schema.properties === undefined) return undefined
  const fields = Object.entries(schema.properties)
    .map(([name, property]) => [name, exampleOfSchema(property)] as const)
    .filter(([, example]) => example !== undefined)
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}

function typeOf(schema: Schema): string {
  const { type, anyOf, oneOf, minimum, maximum, default: otherwise } = schema
  const alternatives = anyOf ?? oneOf
  const name =
    alternatives === undefined
      ? (literals(schema) ?? (Array.isArray(type) ? type.join(' or ') : String(type ?? '')))
      : [...new Set(alternatives.map(typeOf))].join(' or ')
  const range = minimum === undefined || maximum === undefined ? '' : `, ${minimum} to ${maximum}`
  return `${name}${range}${otherwise === undefined ? '' : `; else ${JSON.stringify(otherwise)}`}`
}

function literals(schema: Schema): string | undefined {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  return schema.enum?.map((value) => `\`${JSON.stringify(value)}\``).join(' or ')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
