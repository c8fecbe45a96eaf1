import type { Finding, Package, Repository } from './repository.ts'

/**
 * The build compiles a package against the declarations of those it depends on: `tsconfig.build.json` references
 * exactly the workspace packages among the dependencies.
 */
export function checkBuildReferences({ files, packages }: Repository): readonly Finding[] {
  return packages
    .filter(({ manifest }) => manifest.private !== true)
    .flatMap((entry) => {
      const path = `packages/${entry.directory}/tsconfig.build.json`
      const text = files.find((file) => file.path === path)?.text
      if (text === undefined) return [{ path, message: 'is missing' }]
      const actual = referencesIn(text)
      const wanted = workspaceDependencies(entry, packages)
      return [
        ...wanted.filter((name) => !actual.includes(name)).map((name) => `lacks ../${name}`),
        ...actual
          .filter((name) => !wanted.includes(name))
          .map((name) => `need not have ../${name}`),
      ].map((problem) => ({ path, message: `references ${problem}` }))
    })
}

function referencesIn(text: string): readonly string[] {
  const { references = [] } = JSON.parse(text) as { references?: readonly { path: string }[] }
  return references.map(({ path }) => path.replace(/^\.\.\/([^/]+)\/tsconfig\.build\.json$/, '$1'))
}

function workspaceDependencies(
  { manifest }: Package,
  packages: readonly Package[],
): readonly string[] {
  const names = Object.keys(manifest.dependencies ?? {})
  return packages
    .filter((other) => names.includes(other.manifest.name))
    .map(({ directory }) => directory)
}
