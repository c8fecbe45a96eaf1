/**
 * Would what we publish work? Builds every package, packs each as it would be published, lets publint look at it, and
 * starts the CLI from the unpacked packages alone. Nothing leaves the machine.
 */
import { mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { type Check, REPOSITORY, runCheck } from './checks/check.ts'
import { type Package, readRepository } from './tidy/repository.ts'

const { packages } = await readRepository(REPOSITORY)
const published = packages.filter(({ manifest }) => manifest.private !== true)
const temporary = await mkdtemp(join(tmpdir(), 'millrace-publishable-'))
try {
  const configurations = published.map(
    ({ directory }) => `packages/${directory}/tsconfig.build.json`,
  )
  await run({ name: 'build', command: 'tsc', args: ['-b', ...configurations] })
  for (const entry of published) await checkPackage(entry)
  await startCli()
  process.stdout.write(`${published.length} packages\n`)
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await rm(temporary, { recursive: true, force: true })
}

async function checkPackage({ directory, manifest }: Package): Promise<void> {
  const source = join(REPOSITORY, 'packages', directory)
  const target = join(temporary, 'node_modules', manifest.name)
  const tarball = join(temporary, `${directory}.tgz`)
  await mkdir(target, { recursive: true })
  await run({ name: 'pack', command: 'pnpm', args: ['--dir', source, 'pack', '--out', tarball] })
  await run({
    name: 'unpack',
    command: 'tar',
    args: ['-xzf', tarball, '-C', target, '--strip-components=1'],
  })
  const bytes = await readFile(tarball)
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(bytes).buffer },
    strict: true,
  })
  for (const message of messages) {
    process.stdout.write(
      `${manifest.name}: ${formatMessage(message, pkg ?? {}, { color: false }) ?? message.code}\n`,
    )
    process.exitCode = 1
  }
  await linkLibraries(source, Object.keys(manifest.dependencies ?? {}))
}

/** What npm would install beside the packages: everything that is not ours. */
async function linkLibraries(source: string, names: readonly string[]): Promise<void> {
  const ours = new Set(published.map(({ manifest }) => manifest.name))
  for (const name of names.filter((name) => !ours.has(name))) {
    const link = join(temporary, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await rm(link, { force: true })
    await symlink(await realpath(join(source, 'node_modules', name)), link)
  }
}

async function startCli(): Promise<void> {
  const main = join(temporary, 'node_modules/millrace/dist/main.js')
  await run({ name: 'start', command: 'node', args: [main, '--version'] })
  await run({ name: 'start', command: 'node', args: [main, 'serve', '--help'] })
}

async function run(check: Check): Promise<void> {
  const { passed, output } = await runCheck(check)
  if (!passed) throw new Error(`${check.name}: ${check.command} ${check.args.join(' ')}\n${output}`)
}
