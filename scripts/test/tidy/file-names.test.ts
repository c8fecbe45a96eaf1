import { expect, test } from 'vitest'
import { checkFileNames } from '../../tidy/file-names.ts'
import { repositoryOf } from './repository-of.ts'

test.each([
  'packages/log/src/utils.ts',
  'packages/log/src/index.ts',
  'packages/log/src/segment-manager.ts',
  'packages/log/src/helpers/segment.ts',
  'packages/log/src/offsetIndex.ts',
  'packages/log/src/segment.test.ts',
])('%s is found', (path) => {
  expect(checkFileNames(repositoryOf({ [path]: '' }))).toHaveLength(1)
})

test.each([
  'packages/log/src/offset-index.ts',
  'packages/client/src/index.ts',
  'packages/log/test/recovery.crash.test.ts',
  'packages/http-api/src/record-types.ts',
])('%s is fine', (path) => {
  expect(checkFileNames(repositoryOf({ [path]: '' }))).toEqual([])
})
