import { expect, test } from 'vitest'
import { checkDocumentReferences } from '../../tidy/document-references.ts'
import { repositoryOf } from './repository-of.ts'

const FILES = {
  'docs/format.md': '',
  'packages/log/test/segment.test.ts': `test('a batch lies whole in one segment', () => {})`,
}

test.each([
  '[format](format.md#segments)',
  '[format](./format.md) and [elsewhere](https://example.org/a.md)',
  '`docs/format.md`',
  '`packages/log/test/segment.test.ts` "a batch lies whole in one segment"',
])('%s holds', (text) => {
  expect(checkDocumentReferences(repositoryOf({ ...FILES, 'docs/a.md': text }))).toEqual([])
})

test.each([
  '[format](formats.md)',
  '`docs/formats.md`',
  '`packages/log/src/gone.ts`',
  '`packages/log/test/segment.test.ts` "a promise that nobody made"',
])('%s is found', (text) => {
  expect(checkDocumentReferences(repositoryOf({ ...FILES, 'docs/a.md': text }))).toHaveLength(1)
})
