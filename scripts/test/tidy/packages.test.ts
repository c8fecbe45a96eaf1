import { expect, test } from 'vitest'
import { checkBuildReferences } from '../../tidy/build-references.ts'
import { checkFileSizes } from '../../tidy/file-sizes.ts'
import { checkPackageReadmes } from '../../tidy/package-readmes.ts'
import { manifestText, repositoryOf } from './repository-of.ts'

test('the build references are the workspace dependencies, no more and no less', () => {
  const repository = repositoryOf({
    'packages/model/package.json': manifestText('model'),
    'packages/model/tsconfig.build.json': JSON.stringify({
      references: [{ path: '../log/tsconfig.build.json' }],
    }),
    'packages/log/package.json': manifestText('log', {
      dependencies: { '@millrace/model': 'workspace:*', typebox: 'catalog:' },
    }),
    'packages/log/tsconfig.build.json': '{}',
  })
  expect(checkBuildReferences(repository)).toEqual([
    { path: 'packages/model/tsconfig.build.json', message: 'references need not have ../log' },
    { path: 'packages/log/tsconfig.build.json', message: 'references lacks ../model' },
  ])
})

test('a package has a short README and a place on the map', () => {
  const files = {
    'packages/log/package.json': manifestText('log'),
    'packages/log/README.md': '# log\n',
    'docs/architecture.md': 'There is `log`.',
  }
  expect(checkPackageReadmes(repositoryOf(files))).toEqual([])
  const long = { ...files, 'packages/log/README.md': 'line\n'.repeat(21) }
  expect(checkPackageReadmes(repositoryOf(long))).toHaveLength(1)
  const unmapped = { ...files, 'docs/architecture.md': '' }
  expect(checkPackageReadmes(repositoryOf(unmapped))).toHaveLength(1)
})

test('a median over the limit is found, one long file among short ones is not', () => {
  const short = { 'a.ts': 'line\n', 'b.ts': 'line\n', 'c.ts': 'line\n'.repeat(200) }
  expect(checkFileSizes(repositoryOf(short))).toEqual([])
  expect(checkFileSizes(repositoryOf({ ...short, 'b.ts': 'line\n'.repeat(200) }))).toHaveLength(1)
})
