import { findPackages, type Manifest, type Repository } from '../../tidy/repository.ts'

/** A repository that exists only in a test. */
export function repositoryOf(contents: Readonly<Record<string, string>>): Repository {
  const files = Object.entries(contents).map(([path, text]) => ({ path, text }))
  return { files, packages: findPackages(files) }
}

/** A package.json without fault, but for what `changes` say. */
export function manifestText(directory: string, changes: Partial<Manifest> = {}): string {
  return JSON.stringify({
    name: `@millrace/${directory}`,
    version: '0.1.0',
    description: 'A package.',
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: '>=24' },
    files: ['dist'],
    publishConfig: { access: 'public', exports: { './*': './dist/*.js' } },
    scripts: { build: 'tsc -b tsconfig.build.json' },
    ...changes,
  })
}
