import { LAYERS } from './layers.ts'
import type { ExportTarget, Finding, Package, Repository } from './repository.ts'

/** Every package.json says the same where it should, and names only files that exist. */
export function checkManifests({ files, packages }: Repository): readonly Finding[] {
  const paths = new Set(files.map(({ path }) => path))
  const version = packages[0]?.manifest.version
  return packages.flatMap((entry) => {
    const problems = [
      ...problemsWithIdentity(entry, version),
      ...problemsWithTargets(entry, paths),
      ...problemsWithDependencies(entry, packages),
      ...problemsWithCycles(entry, packages),
      ...(entry.manifest.private === true ? [] : problemsWithPublishing(entry)),
    ]
    return problems.map((message) => ({
      path: `packages/${entry.directory}/package.json`,
      message,
    }))
  })
}

function problemsWithIdentity(
  { directory, manifest }: Package,
  version: string | undefined,
): readonly string[] {
  const name = directory === 'cli' ? 'millrace' : `@millrace/${directory}`
  const known = directory === 'testing' || LAYERS.flat().includes(directory)
  return [
    ...unless(known, `${directory} has no place in the layers (scripts/tidy/layers.ts)`),
    ...unless(manifest.name === name, `the name is not ${name}`),
    ...unless(manifest.version === version, `the version is not ${version}, as in the others`),
    ...unless(manifest.license === 'Apache-2.0', 'the license is not Apache-2.0'),
    ...unless(manifest.type === 'module', 'the type is not module'),
    ...unless(manifest.engines?.node === '>=24', 'engines.node is not >=24'),
    ...unless((manifest.description ?? '').length > 0, 'the description is missing'),
  ]
}

function problemsWithTargets(
  { directory, manifest }: Package,
  paths: ReadonlySet<string>,
): readonly string[] {
  const targets = [
    ...Object.values(manifest.exports ?? {}).flatMap(filesOf),
    ...Object.values(manifest.imports ?? {}).flatMap(filesOf),
    ...Object.values(manifest.bin ?? {}),
  ]
  return targets
    .filter((target) => !target.startsWith('./dist/'))
    .filter((target) => !paths.has(`packages/${directory}/${target.slice('./'.length)}`))
    .map((target) => `${target} does not exist`)
}

function problemsWithDependencies(
  { manifest }: Package,
  packages: readonly Package[],
): readonly string[] {
  const names = new Set(packages.map(({ manifest: { name } }) => name))
  const all = { ...manifest.dependencies, ...manifest.devDependencies }
  return Object.entries(all).flatMap(([name, range]) => {
    const wanted = names.has(name) ? 'workspace:*' : 'catalog:'
    return unless(range === wanted, `${name} is '${range}', not '${wanted}'`)
  })
}

/** A build runs below what it builds on, and its order counts the dependencies of tests too. */
function problemsWithCycles(entry: Package, packages: readonly Package[]): readonly string[] {
  const reached = new Set<Package>()
  const waiting = [entry]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { dependencies, devDependencies } = next.manifest
    const names = Object.keys({ ...dependencies, ...devDependencies })
    const targets = packages.filter(({ manifest }) => names.includes(manifest.name))
    waiting.push(...targets.filter((target) => !reached.has(target)))
    for (const target of targets) reached.add(target)
  }
  return unless(!reached.has(entry), 'it depends on itself, through others')
}

function problemsWithPublishing({ manifest }: Package): readonly string[] {
  const { publishConfig, files, scripts, exports, bin } = manifest
  return [
    ...unless(publishConfig?.access === 'public', 'publishConfig.access is not public'),
    ...unless(files?.includes('dist') === true, 'files does not name dist'),
    ...unless(scripts?.['build'] !== undefined, 'there is no build script'),
    ...unless(
      exports === undefined || publishConfig?.exports !== undefined,
      'no publishConfig.exports',
    ),
    ...unless(bin === undefined || publishConfig?.bin !== undefined, 'no publishConfig.bin'),
  ]
}

function filesOf(target: ExportTarget): readonly string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(filesOf)
}

function unless(isSo: boolean, problem: string): readonly string[] {
  return isSo ? [] : [problem]
}
