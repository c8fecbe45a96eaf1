import { expect, test } from 'vitest'
import { checkManifests } from '../../tidy/manifests.ts'
import type { Manifest } from '../../tidy/repository.ts'
import { manifestText, repositoryOf } from './repository-of.ts'

test('a package.json without fault has no findings', () => {
  expect(problemsWith({ exports: { './log': './src/log.ts' } })).toEqual([])
})

const FAULTS: readonly (readonly [Partial<Manifest>, string])[] = [
  [{ name: '@millrace/logs' }, 'the name is not @millrace/log'],
  [{ version: '0.2.0' }, 'the version is not 0.1.0, as in the others'],
  [{ license: 'MIT' }, 'the license is not Apache-2.0'],
  [{ exports: { './gone': './src/gone.ts' } }, './src/gone.ts does not exist'],
  [{ dependencies: { lmdb: '3.5.6' } }, `lmdb is '3.5.6', not 'catalog:'`],
  [
    { dependencies: { '@millrace/model': '^1.0.0' } },
    `@millrace/model is '^1.0.0', not 'workspace:*'`,
  ],
  [{ publishConfig: { access: 'public' }, exports: {} }, 'no publishConfig.exports'],
  [{ scripts: {} }, 'there is no build script'],
]

test.each(FAULTS)('%j is found', (changes, problem) => {
  expect(problemsWith(changes)).toEqual([problem])
})

function problemsWith(changes: Partial<Manifest>): readonly string[] {
  const repository = repositoryOf({
    'packages/model/package.json': manifestText('model'),
    'packages/log/package.json': manifestText('log', changes),
    'packages/log/src/log.ts': '',
  })
  return checkManifests(repository).map(({ message }) => message)
}

test('packages that depend on each other are found, also through their tests', () => {
  const repository = repositoryOf({
    'packages/model/package.json': manifestText('model', {
      devDependencies: { '@millrace/log': 'workspace:*' },
    }),
    'packages/log/package.json': manifestText('log', {
      dependencies: { '@millrace/model': 'workspace:*' },
    }),
  })
  expect(checkManifests(repository).map(({ message }) => message)).toEqual([
    'it depends on itself, through others',
    'it depends on itself, through others',
  ])
})
