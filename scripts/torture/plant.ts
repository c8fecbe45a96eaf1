import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PlantedBug } from './planted-bugs.ts'

/** What the attack said in the end, and how long it took. */
export interface PlantedRun {
  /** Undefined: it found nothing. */
  readonly seed: number | undefined
  readonly seconds: number
}

/** Copies the sources, plants the bug there, and attacks the copy until the bug is found or the time is over. */
export async function findPlanted(
  bug: PlantedBug,
  limits: { readonly directory: string; readonly minutes: number },
): Promise<PlantedRun> {
  await mkdir(limits.directory, { recursive: true })
  const copy = await mkdtemp(join(limits.directory, `planted-${bug.name}-`))
  try {
    await copySources(copy)
    await applyPatch(copy, bug)
    return await attackCopy(copy, bug, limits.minutes)
  } finally {
    // Of a worker that was ended something may still be writing for a moment.
    await rm(copy, { recursive: true, force: true, maxRetries: 10 })
  }
}

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

function patchOf({ name }: PlantedBug): string {
  return fileURLToPath(new URL(`planted-bugs/${name}.patch`, import.meta.url))
}

/** In a folder of a repository git would look for the files from its top, and quietly change none. */
async function applyPatch(copy: string, bug: PlantedBug): Promise<void> {
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(copy) }
  await run('git', ['apply', '--whitespace=nowarn', patchOf(bug)], { cwd: copy, env })
}

/** Everything that runs; links between packages are relative, so they lead to the copies. */
async function copySources(copy: string): Promise<void> {
  for (const name of ['packages', 'scripts', 'package.json', 'pnpm-workspace.yaml']) {
    await cp(join(REPOSITORY, name), join(copy, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('/dist'),
    })
  }
  await mkdir(join(copy, 'docs'))
  await symlink(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'))
}

async function attackCopy(copy: string, bug: PlantedBug, minutes: number): Promise<PlantedRun> {
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [join(copy, 'scripts', 'torture.ts'), bug.attack, '--minutes', String(minutes)],
    { cwd: copy, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  let said = ''
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()))
  await once(child, 'close')
  const seed = /broken at seed (\d+)/.exec(said)?.[1]
  const seconds = Math.round((performance.now() - started) / 100) / 10
  return { seed: seed === undefined ? undefined : Number(seed), seconds }
}
