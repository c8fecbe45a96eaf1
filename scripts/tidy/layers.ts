import { importsOf, type Import } from './imports.ts'
import {
  type Finding,
  isSource,
  type Package,
  packageOf,
  type Repository,
  type SourceFile,
} from './repository.ts'

/** From the bottom up, as `docs/architecture.md` draws them. A package imports only from lines above its own. */
export const LAYERS: readonly (readonly string[])[] = [
  ['model'],
  ['avro', 'http-api', 'kafka-protocol'],
  ['disk'],
  ['journal', 'log'],
  ['storage'],
  ['offsets', 'groups', 'share-groups', 'schemas'],
  ['broker', 'cluster'],
  ['http', 'kafka', 'client'],
  ['server'],
  ['cli', 'console'],
]

/** An edge sees the `Broker` interface, the words and its contract; nothing reaches around them. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  http: ['http-api', 'model'],
  kafka: ['kafka-protocol', 'model'],
  client: ['avro', 'http-api', 'model'],
}

/** Sources import downwards, and only what the other package lists; nothing imports `testing` but tests. */
export function checkLayers({ files, packages }: Repository): readonly Finding[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((file) =>
      importsOf(file).flatMap((found) => {
        const message = problemWith(found, file, packages)
        return message === undefined ? [] : [{ path: file.path, line: found.line, message }]
      }),
    )
}

function problemWith(
  { specifier }: Import,
  { path }: SourceFile,
  packages: readonly Package[],
): string | undefined {
  const from = packageOf(path)
  if (specifier.startsWith('.')) return problemWithRelative(specifier, path)
  const target = packages.find(({ manifest: { name } }) => {
    return specifier === name || specifier.startsWith(`${name}/`)
  })
  if (target === undefined) {
    return specifier.startsWith('@millrace/') ? `there is no package for '${specifier}'` : undefined
  }
  const subpath = `.${specifier.slice(target.manifest.name.length)}`
  if (target.manifest.exports?.[subpath] === undefined) {
    return `'${specifier}' is not listed in the exports of ${target.directory}`
  }
  if (from === undefined || !isSource(path)) return undefined
  if (target.directory === from) return `a package imports its own files by their relative paths`
  // Testing is itself no part of the product.
  if (from === 'testing') return undefined
  return problemWithLayer(from, target.directory)
}

function problemWithRelative(specifier: string, path: string): string | undefined {
  const resolved = new URL(specifier, `file:///${path}`).pathname.slice(1)
  const from = packageOf(path)
  if (from !== undefined && packageOf(resolved) !== from) {
    return `'${specifier}' reaches out of its package`
  }
  if (!/\.(ts|tsx|json|js|mjs)$/.test(specifier)) return `'${specifier}' has no extension`
  if (isSource(path) && !isSource(resolved) && !resolved.endsWith('.json')) {
    return `'${specifier}' is not part of src`
  }
  return undefined
}

function problemWithLayer(from: string, to: string): string | undefined {
  if (to === 'testing') return 'only tests import testing'
  const allowed = EDGES[from]
  if (allowed !== undefined && !allowed.includes(to)) {
    return `${from} is an edge: it imports ${allowed.join(' and ')}, not ${to}`
  }
  const [own, other] = [layerOf(from), layerOf(to)]
  if (own === -1) return `${from} has no place in the layers (scripts/tidy/layers.ts)`
  return other < own ? undefined : `${from} may not import ${to}: it is not below`
}

function layerOf(directory: string): number {
  return LAYERS.findIndex((layer) => layer.includes(directory))
}
