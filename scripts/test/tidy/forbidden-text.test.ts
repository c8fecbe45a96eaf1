import { expect, test } from 'vitest'
import { checkForbiddenText } from '../../tidy/forbidden-text.ts'
import { repositoryOf } from './repository-of.ts'

test.each([
  ['packages/http/src/a.ts', 'const a = b as unknown as Offset'],
  ['packages/http/test/a.test.ts', '// oxlint-disable-next-line'],
  ['packages/http/test/a.test.ts', `vi.mock('node:fs')`],
  ['packages/http/src/a.ts', 'export class TopicManager {}'],
  ['packages/storage/src/a.ts', `import { EventEmitter } from 'node:events'`],
  ['packages/storage/src/a.ts', 'const now = Date.now()'],
  ['packages/storage/src/a.ts', `import { open } from 'node:fs/promises'`],
  ['docs/operating.md', 'data is in /home/someone/data'],
])('in %s, `%s` is found', (path, text) => {
  expect(checkForbiddenText(repositoryOf({ [path]: text }))).toHaveLength(1)
})

test.each([
  ['packages/disk/src/node-disk.ts', `import { open } from 'node:fs/promises'`],
  ['packages/disk/src/clock.ts', 'const now = Date.now()'],
  ['packages/storage/test/a.test.ts', `import { open } from 'node:fs/promises'`],
  ['packages/http/src/a.ts', 'const a = b as unknown'],
  ['docs/http-api.md', 'GET /v1/topics/home/records and ../root/x'],
])('in %s, `%s` is allowed', (path, text) => {
  expect(checkForbiddenText(repositoryOf({ [path]: text }))).toEqual([])
})
