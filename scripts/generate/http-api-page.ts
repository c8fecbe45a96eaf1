import { openApiDocument } from '@millrace/http/openapi'
import { REGISTRY_TYPE } from '@millrace/http-api/registry'
import type { Answer, Content, OpenApiDocument, Operation, Parameter } from './open-api.ts'
import { METHODS } from './open-api.ts'
import { heading, lines, type Page, table } from './page.ts'
import { exampleOf, typeOf } from './schema-example.ts'

export const httpApiPage: Page = {
  path: 'docs/http-api.md',
  render: async () => renderHttpApi(await openApiDocument('0')),
}

interface TitledOperation {
  readonly title: string
  readonly operation: Operation
}

/** Every operation, with its parameters, an example of each body, and the problems of its own. */
export function renderHttpApi(document: OpenApiDocument): string {
  const operations = operationsOf(document)
  const byTag = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? 'other')
  const common = commonProblems(operations)
  return lines(
    heading('HTTP API', 'the schemas in packages/http-api, which also validate'),
    'The same is served as an OpenAPI 3.1 document at `/openapi.json`, with a page to try it at `/docs`. Problems are documents of the',
    'type `application/problem+json`; [errors.md](errors.md) says what each code means, [configuration.md](configuration.md) which',
    'limits can be set.',
    '',
    ...(common.length === 0 ? [] : [`Any request may meet ${inWords(common)}.`, '']),
    [...byTag].flatMap(([tag, members]) => [
      `## ${tag.charAt(0).toUpperCase()}${tag.slice(1)}`,
      '',
      ...tagDescription(document, tag),
      ...members.flatMap((member) => section(member, { document, common })),
    ]),
  )
}

function operationsOf({ paths = {} }: OpenApiDocument): readonly TitledOperation[] {
  return Object.entries(paths).flatMap(([path, byMethod]) =>
    METHODS.flatMap((method) => {
      const operation = byMethod[method]
      if (operation === undefined) return []
      return [{ title: `${method.toUpperCase()} ${path}`, operation }]
    }),
  )
}

function tagDescription({ tags = [] }: OpenApiDocument, name: string): readonly string[] {
  const description = tags.find((tag) => tag.name === name)?.description
  return description === undefined ? [] : [description, '']
}

interface Surroundings {
  readonly document: OpenApiDocument
  readonly common: readonly ProblemCode[]
}

function section(
  { title, operation }: TitledOperation,
  { document, common }: Surroundings,
): readonly string[] {
  const { summary, description, parameters = [], requestBody, responses = {} } = operation
  const known = new Set(common.map(({ code }) => code))
  const problems = problemsOf(operation).filter(({ code }) => !known.has(code))
  return [
    `### ${title}`,
    '',
    ...(summary === undefined ? [] : [`${summary}.`, '']),
    ...(description === undefined ? [] : [description, '']),
    ...parameterTable(parameters),
    ...bodies('Body', requestBody?.content, document),
    ...Object.entries(responses).flatMap(([status, answer]) => answerOf(status, answer, document)),
    ...(problems.length === 0 ? [] : [`Problems: ${inWords(problems)}.`, '']),
  ]
}

function parameterTable(parameters: readonly Parameter[]): readonly string[] {
  if (parameters.length === 0) return []
  const rows = parameters.map(({ name, in: where, required, schema, description }) => [
    `\`${name}\``,
    `${where}${required === true ? ', required' : ''}`,
    typeOf(schema ?? {}),
    (description ?? schema?.description ?? '').replaceAll(/\s*\n\s*/g, ' '),
  ])
  return [...table(['parameter', 'in', 'type', 'meaning'], rows), '']
}

/** Problems are listed apart. */
function answerOf(status: string, answer: Answer, document: OpenApiDocument): readonly string[] {
  const { description = '', content = {} } = answer
  if (isFailure(status, content)) return []
  const types = Object.keys(content).map((type) => `\`${type}\``)
  const as = types.length === 0 ? '' : ` (${types.join(', ')})`
  return [`**${status}**${as}: ${description}`, '', ...examples(content, document)]
}

function bodies(
  name: string,
  content: Content = {},
  { components }: OpenApiDocument,
): readonly string[] {
  return Object.entries(content).flatMap(([type, media]) => {
    const example = exampleOf(media, components)
    if (example === undefined) return [`${name}: \`${type}\`.`, '']
    return [`${name}, \`${type}\`:`, '', ...block(example)]
  })
}

/** One: the media types of an answer show the same. */
function examples(content: Content, { components }: OpenApiDocument): readonly string[] {
  const [example] = Object.values(content)
    .map((media) => exampleOf(media, components))
    .filter((found) => found !== undefined)
  return example === undefined ? [] : block(example)
}

/** JSON as such, text as it stands. */
function block(value: unknown): readonly string[] {
  if (typeof value === 'string') return ['```text', ...value.trimEnd().split('\n'), '```', '']
  const short = JSON.stringify(value)
  const text = short.length <= JSON_WIDTH ? short : JSON.stringify(value, null, 2)
  return ['```json', text, '```', '']
}

interface ProblemCode {
  readonly code: string
  readonly status: string
}

function problemsOf({ responses = {} }: Operation): readonly ProblemCode[] {
  return Object.entries(responses).flatMap(([status, { content = {} }]) => {
    if (!isFailure(status, content)) return []
    const examples = Object.values(content).flatMap((media) => Object.keys(media.examples ?? {}))
    return examples.map((code) => ({ code, status }))
  })
}

/** A problem document, or what the schema registry has in its place. */
function isFailure(status: string, content: Content): boolean {
  return PROBLEM in content || (Number(status) >= 400 && REGISTRY_TYPE in content)
}

/** What nearly every operation may answer. A few speak of nothing at all. */
function commonProblems(operations: readonly TitledOperation[]): readonly ProblemCode[] {
  const lists = operations.map(({ operation }) => problemsOf(operation))
  const speaking = lists.filter((list) => list.length > 0)
  const [first = [], ...others] = speaking
  if (others.length === 0) return []
  return first.filter(({ code }) => others.every((list) => list.some((its) => its.code === code)))
}

function inWords(problems: readonly ProblemCode[]): string {
  return problems.map(({ code, status }) => `\`${code}\` (${status})`).join(', ')
}

const PROBLEM = 'application/problem+json'
const JSON_WIDTH = 100
