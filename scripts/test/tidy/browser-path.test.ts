import { expect, test } from 'vitest'
import { checkBrowserPath } from '../../tidy/browser-path.ts'
import { manifestText, repositoryOf } from './repository-of.ts'

const CLIENT = 'packages/client/src/index.ts'

test('a node: module is found however far below the client it is imported', () => {
  const findings = checkBrowserPath(
    repositoryOf({
      'packages/model/package.json': manifestText('model', { exports: { './a': './src/a.ts' } }),
      'packages/model/src/a.ts': `import { b } from './b.ts'`,
      'packages/model/src/b.ts': `import zlib from 'node:zlib'`,
      [CLIENT]: `import { a } from '@millrace/model/a'`,
    }),
  )
  expect(findings).toEqual([
    { path: 'packages/model/src/b.ts', line: 1, message: `'node:zlib' is not for browsers` },
  ])
})

test('the file for browsers is followed, not the one for Node', () => {
  const target = { browser: './src/portable.ts', default: './src/native.ts' }
  const findings = checkBrowserPath(
    repositoryOf({
      'packages/model/package.json': manifestText('model', {
        exports: { './a': './src/a.ts' },
        imports: { '#crc': target },
      }),
      'packages/model/src/a.ts': `import { crc } from '#crc'`,
      'packages/model/src/native.ts': `import native from '@node-rs/crc32'`,
      'packages/model/src/portable.ts': `export const crc = 1`,
      [CLIENT]: `import { a } from '@millrace/model/a'`,
    }),
  )
  expect(findings).toEqual([])
})

test('a type import brings no code along', () => {
  const files = { [CLIENT]: `import type { Readable } from 'node:stream'` }
  expect(checkBrowserPath(repositoryOf(files))).toEqual([])
})

test('Buffer in code is found, in a comment it is not', () => {
  const text = '// unlike Buffer.from\nconst bytes = Buffer.from("a")'
  expect(checkBrowserPath(repositoryOf({ [CLIENT]: text }))).toHaveLength(1)
})
