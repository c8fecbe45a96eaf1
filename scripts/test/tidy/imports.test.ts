import { expect, test } from 'vitest'
import { importsOf } from '../../tidy/imports.ts'

test('every form of import is found, with its line', () => {
  const text = [
    `import assert from 'node:assert/strict'`,
    `import {`,
    `  type Offset,`,
    `} from './offset.ts'`,
    `import type { Clock } from '@millrace/disk/clock'`,
    `import './side-effect.ts'`,
    `export { a } from './a.ts'`,
    `const late = await import('./late.ts')`,
  ].join('\n')

  expect(importsOf({ path: 'x.ts', text })).toEqual([
    { specifier: 'node:assert/strict', line: 1, isType: false },
    { specifier: './offset.ts', line: 2, isType: false },
    { specifier: '@millrace/disk/clock', line: 5, isType: true },
    { specifier: './side-effect.ts', line: 6, isType: false },
    { specifier: './a.ts', line: 7, isType: false },
    { specifier: './late.ts', line: 8, isType: false },
  ])
})

test('an export of a string is not an import', () => {
  const text = `export const name = 'value'\nexport function f(a: string): string {\n  return 'b'\n}\n`
  expect(importsOf({ path: 'x.ts', text })).toEqual([])
})

test('an exported interface that leaves out a field, or whose comment has an apostrophe, is not an import', () => {
  const text = [
    `export interface Call extends Omit<Request, 'body'> {`,
    `  /** The group's own: where it came from is nobody's concern. */`,
    `  readonly method: 'GET'`,
    `}`,
  ].join('\n')
  expect(importsOf({ path: 'x.ts', text })).toEqual([])
})
