import { expect, test } from 'vitest'
import { userDirectory } from '../src/user-path.ts'

test('relative paths start where the user stands, also when a package manager has moved', () => {
  const environment = { INIT_CWD: '/user/sub', npm_package_json: '/project/package.json' }
  expect(userDirectory(environment, '/project')).toBe('/user/sub')
})

test('a script that has gone elsewhere means that place', () => {
  const environment = { INIT_CWD: '/user', npm_package_json: '/project/package.json' }
  expect(userDirectory(environment, '/project/other')).toBe('/project/other')
})

test('without a package manager it is the working directory', () => {
  expect(userDirectory({}, '/somewhere')).toBe('/somewhere')
  expect(userDirectory({ INIT_CWD: '/stale' }, '/somewhere')).toBe('/somewhere')
})
