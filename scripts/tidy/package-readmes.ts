import type { Finding, Repository } from './repository.ts'

/** Ten lines or so: what it is, what it may import, the file to read first. */
const LINES_MAX = 20

/** Every package introduces itself, briefly, and has its place on the map. */
export function checkPackageReadmes({ files, packages }: Repository): readonly Finding[] {
  const map = files.find(({ path }) => path === 'docs/architecture.md')?.text ?? ''
  return packages.flatMap(({ directory }) => {
    const path = `packages/${directory}/README.md`
    const readme = files.find((file) => file.path === path)
    const lines = readme?.text.trimEnd().split('\n').length ?? 0
    const onMap = map.includes(`\`${directory}\``)
    return [
      ...(readme === undefined ? [{ path, message: 'is missing' }] : []),
      ...(lines > LINES_MAX ? [{ path, message: `has ${lines} lines, not ${LINES_MAX}` }] : []),
      ...(onMap ? [] : [{ path: 'docs/architecture.md', message: `does not name ${directory}` }]),
    ]
  })
}
