import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the rules look at: the text files of the repository, and its packages. */
export interface Repository {
  readonly files: readonly SourceFile[]
  readonly packages: readonly Package[]
}

export interface SourceFile {
  /** From the top of the repository, with `/`. */
  readonly path: string
  readonly text: string
}

export interface Package {
  /** Below `packages/`. */
  readonly directory: string
  readonly manifest: Manifest
}

/** The parts of a package.json that we read. */
export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly license?: string
  readonly type?: string
  readonly description?: string
  readonly files?: readonly string[]
  readonly engines?: { readonly node?: string }
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, ExportTarget>>
  readonly imports?: Readonly<Record<string, ExportTarget>>
  readonly publishConfig?: {
    readonly access?: string
    readonly exports?: Readonly<Record<string, ExportTarget>>
    readonly bin?: Readonly<Record<string, string>>
  }
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export type ExportTarget = string | { readonly [condition: string]: ExportTarget }

export interface Finding {
  readonly path: string
  readonly line?: number
  readonly message: string
}

export type Rule = (repository: Repository) => readonly Finding[]

export async function readRepository(root: string): Promise<Repository> {
  const files: SourceFile[] = []
  for (const path of await listTextFiles(root, '')) {
    files.push({ path, text: await readFile(join(root, path), 'utf8') })
  }
  return { files, packages: findPackages(files) }
}

export function findPackages(files: readonly SourceFile[]): readonly Package[] {
  return files.flatMap(({ path, text }) => {
    const directory = /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1]
    return directory === undefined ? [] : [{ directory, manifest: JSON.parse(text) as Manifest }]
  })
}

/** The package that a file belongs to, if any. */
export function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1]
}

export function isSource(path: string): boolean {
  return /^packages\/[^/]+\/src\/.*\.tsx?$/.test(path)
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

async function listTextFiles(root: string, below: string): Promise<readonly string[]> {
  const paths: string[] = []
  const entries = await readdir(join(root, below), { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (SKIPPED_NAMES.has(entry.name) || SKIPPED_PATHS.has(path)) continue
    if (entry.isDirectory()) paths.push(...(await listTextFiles(root, path)))
    else if (entry.isFile() && TEXT_NAME.test(entry.name)) paths.push(path)
  }
  return paths
}

/** What git does not keep, and what others wrote. */
const SKIPPED_NAMES = new Set(['.git', 'node_modules', 'dist', '.turbo', 'coverage', 'fixtures'])
const SKIPPED_PATHS = new Set(['data', '.bench', '.torture'])
const TEXT_NAME = /(\.(ts|tsx|js|mjs|json|md|yaml|yml|css|html|svg|service|sh)|^run|^LICENSE)$/
