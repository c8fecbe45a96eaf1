import { expect, test } from 'vitest'
import { checkLayers } from '../../tidy/layers.ts'
import { manifestText, repositoryOf } from './repository-of.ts'

test('an import from a layer below is fine', () => {
  expect(
    findingsFor('packages/log/src/log.ts', `import { a } from '@millrace/model/offset'`),
  ).toEqual([])
})

test.each([
  ['upwards', 'packages/model/src/a.ts', '@millrace/log/log', 'it is not below'],
  ['sideways', 'packages/log/src/a.ts', '@millrace/journal/journal', 'it is not below'],
  ['around the Broker interface', 'packages/http/src/a.ts', '@millrace/log/log', 'is an edge'],
  ['of testing into src', 'packages/log/src/a.ts', '@millrace/testing/arbitrary', 'only tests'],
  ['of an unlisted file', 'packages/log/src/a.ts', '@millrace/model/secret', 'not listed'],
  ['of its own package by name', 'packages/model/src/a.ts', '@millrace/model/offset', 'relative'],
  ['out of the package', 'packages/log/src/a.ts', '../../model/src/offset.ts', 'reaches out'],
  ['of a test into src', 'packages/log/src/a.ts', '../test/b.ts', 'not part of src'],
  ['without an extension', 'packages/log/src/a.ts', './segment', 'no extension'],
  ['of a package that is not there', 'packages/log/src/a.ts', '@millrace/lag/lag', 'no package'],
])('an import %s is found', (_, path, specifier, message) => {
  const findings = findingsFor(path, `import { a } from '${specifier}'`)
  expect(findings).toEqual([{ path, line: 1, message: expect.stringContaining(message) }])
})

test('a test may import testing, and its own sources', () => {
  const text = `import { a } from '@millrace/testing/arbitrary'\nimport { b } from '../src/log.ts'`
  expect(findingsFor('packages/log/test/log.test.ts', text)).toEqual([])
})

function findingsFor(path: string, text: string): ReturnType<typeof checkLayers> {
  return checkLayers(
    repositoryOf({
      'packages/model/package.json': manifestText('model', {
        exports: { './offset': './src/offset.ts' },
      }),
      'packages/log/package.json': manifestText('log', { exports: { './log': './src/log.ts' } }),
      'packages/journal/package.json': manifestText('journal', {
        exports: { './journal': './src/journal.ts' },
      }),
      'packages/http/package.json': manifestText('http'),
      'packages/testing/package.json': manifestText('testing', {
        exports: { './arbitrary': './src/arbitrary.ts' },
      }),
      [path]: text,
    }),
  )
}
