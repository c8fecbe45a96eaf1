import { importsOf } from './imports.ts'
import {
  type ExportTarget,
  type Finding,
  lineAt,
  packageOf,
  type Repository,
  type SourceFile,
} from './repository.ts'

/** Where a browser's bundle may begin. */
const ENTRIES = ['packages/client/src/index.ts', 'packages/client/src/avro.ts']
/** Libraries that run in a browser as they are. */
const ALLOWED_LIBRARIES = new Set(['typebox', '@platformatic/wasm-utils'])
/** As a bundler for browsers does; `types` names no code. */
const CONDITIONS = ['browser', 'import', 'default']

/** Whatever the client's bundle holds runs in a browser: no `node:` module, no native library, no `Buffer`. */
export function checkBrowserPath(repository: Repository): readonly Finding[] {
  const files = new Map(repository.files.map((file) => [file.path, file]))
  const entries = ENTRIES.flatMap((path) => files.get(path) ?? [])
  const reached = new Map(entries.map((entry) => [entry.path, entry]))
  const findings: Finding[] = []
  for (const file of reached.values()) {
    findings.push(...findBuffer(file))
    for (const { specifier, line, isType } of importsOf(file)) {
      if (isType) continue
      const path = resolve(specifier, file, repository)
      const target = path === undefined ? undefined : files.get(path)
      if (target !== undefined) reached.set(target.path, target)
      else if (!ALLOWED_LIBRARIES.has(libraryOf(specifier))) {
        findings.push({ path: file.path, line, message: `'${specifier}' is not for browsers` })
      }
    }
  }
  return findings
}

/** The one file that a specifier names, if it is one of ours. */
function resolve(
  specifier: string,
  from: SourceFile,
  { packages }: Repository,
): string | undefined {
  if (specifier.startsWith('.')) return new URL(specifier, `file:///${from.path}`).pathname.slice(1)
  const owner = specifier.startsWith('#')
    ? packages.find(({ directory }) => directory === packageOf(from.path))
    : packages.find(({ manifest: { name } }) => `${specifier}/`.startsWith(`${name}/`))
  if (owner === undefined) return undefined
  const { manifest, directory } = owner
  const target = specifier.startsWith('#')
    ? manifest.imports?.[specifier]
    : manifest.exports?.[`.${specifier.slice(manifest.name.length)}`]
  const file = target === undefined ? undefined : pick(target)
  return file === undefined ? undefined : `packages/${directory}/${file.replace(/^\.\//, '')}`
}

function pick(target: ExportTarget): string | undefined {
  if (typeof target === 'string') return target
  for (const [condition, next] of Object.entries(target)) {
    if (CONDITIONS.includes(condition)) return pick(next)
  }
  return undefined
}

function libraryOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function findBuffer({ path, text }: SourceFile): readonly Finding[] {
  return [...text.matchAll(/^(?!\s*(?:\*|\/\/)).*\b(?:Buffer|process)\b[.(]/gm)].map(
    ({ index }) => {
      return { path, line: lineAt(text, index), message: 'a browser has no Buffer and no process' }
    },
  )
}
