import type { Json } from './schema-json.ts'

const WIDTH = 100

/** `head` and the members of a union behind it, on lines of their own where one is too short for them. */
export function wrapped(head: string, members: readonly string[], indent: string): string {
  const line = `${head} ${members.join(' | ')}`
  if (line.length <= WIDTH || members.length === 1) return line
  return [head, ...members.map((member) => `${indent}  | ${member}`)].join('\n')
}

/** A comment that no text of an author gets out of; nothing for no text. */
export function docComment(doc: Json | undefined, indent: string): string {
  if (typeof doc !== 'string' || doc.trim() === '') return ''
  const lines = doc.trim().replaceAll('*/', '*\\/').split(LINE_BREAK)
  const [only] = lines
  if (only !== undefined && lines.length === 1) return `${indent}/** ${only} */\n`
  const body = lines.map((line) => `${indent} * ${line}`.trimEnd())
  return [`${indent}/**`, ...body, `${indent} */`, ''].join('\n')
}

const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/

export function literal(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped}'`
}

export function propertyName(name: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : literal(name)
}
