/**
 * TypeScript for data of a schema, in the plain JSON that Millrace reads and writes.
 *
 * Of each record there are two types: `Order` is what is read, with every field, and `OrderInput`
 * what is written, where a field with a default may be left out. Enums are unions of their symbols.
 * Bytes, decimals, times and UUIDs are strings, and a long beyond 2^53 is a bigint. Where JSON alone
 * does not tell a union's branches apart they may come named: `{ 'com.example.Card': … }`.
 */
import {
  type NamedNode,
  readSchemaTree,
  type RecordNode,
  type SchemaSource,
} from './schema-tree.ts'
import { namedTypesOf, TypeNames } from './typescript-names.ts'
import { type Form, hasInputForm, typeText } from './typescript-type-text.ts'
import { docComment, literal, propertyName, wrapped } from './typescript-words.ts'

/** Its text, as a module. What is not a record is called `rootName`. Throws SchemaFault. */
export function typescriptTypes(schema: SchemaSource, rootName = 'Datum'): string {
  const root = readSchemaTree(schema)
  const named = namedTypesOf(root)
  const names = new TypeNames(named)
  const declarations = named.flatMap((node) => declarationsOf(node, names))
  if (!('name' in root)) {
    const name = names.free(rootName)
    const forms = ['read', 'input'] as const
    declarations.push(
      ...forms.map((form) =>
        wrapped(`export type ${name}${SUFFIXES[form]} =`, typeText(root, form, names), ''),
      ),
    )
  }
  return `${[HEADER, ...declarations].join('\n\n')}\n`
}

const HEADER = '// Made from an Avro schema by `millrace schema types`.'
const SUFFIXES: { readonly [form in Form]: string } = { read: '', input: 'Input' }

function declarationsOf(node: NamedNode, names: TypeNames): readonly string[] {
  const name = names.of(node)
  const comment = docComment(node.attributes['doc'], '')
  switch (node.kind) {
    case 'enum': {
      const symbols = node.symbols.map(literal)
      return [`${comment}${wrapped(`export type ${name} =`, symbols, '')}`]
    }
    case 'fixed':
      return [`${comment}export type ${name} = string`]
    case 'record': {
      const read = `${comment}${interfaceOf(node, 'read', names)}`
      const input = hasInputForm(node)
        ? `${comment}${interfaceOf(node, 'input', names)}`
        : `export type ${name}Input = ${name}`
      return [read, input]
    }
  }
}

function interfaceOf(node: RecordNode, form: Form, names: TypeNames): string {
  const fields = node.fields.map((field) => {
    const isOptional = form === 'input' && field.default !== undefined
    const head = `  ${propertyName(field.name)}${isOptional ? '?' : ''}:`
    const comment = docComment(field.attributes['doc'], '  ')
    return `${comment}${wrapped(head, typeText(field.type, form, names), '  ')}\n`
  })
  const name = `export interface ${names.of(node)}${SUFFIXES[form]}`
  return fields.length === 0 ? `${name} {}` : `${name} {\n${fields.join('')}}`
}
