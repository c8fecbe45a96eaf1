/**
 * Names for servers, kept in `$XDG_CONFIG_HOME/millrace/contexts.json` (`~/.config` when that is not set):
 *
 *     {"current": "local", "contexts": {"local": "http://127.0.0.1:7070"}}
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'

export interface Contexts {
  readonly current: string | undefined
  readonly urls: ReadonlyMap<string, string>
}

export async function readContexts(): Promise<Contexts> {
  const text = await readText(contextsPath())
  if (text === undefined) return { current: undefined, urls: new Map() }
  return parseContexts(text)
}

/** Another command may read at any moment: the file is replaced as a whole. */
export async function writeContexts(contexts: Contexts): Promise<void> {
  const path = contextsPath()
  const text = JSON.stringify(
    { current: contexts.current, contexts: Object.fromEntries(contexts.urls) },
    null,
    2,
  )
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.tmp`
  await writeFile(draft, `${text}\n`)
  await rename(draft, path)
}

function contextsPath(): string {
  const home = process.env['XDG_CONFIG_HOME']
  return join(home || join(homedir(), '.config'), 'millrace', 'contexts.json')
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function parseContexts(text: string): Contexts {
  const document = jsonIn(text)
  if (!isMapping(document) || !isMapping(document['contexts'])) throw unreadable()
  const urls = new Map<string, string>()
  for (const [name, url] of Object.entries(document['contexts'])) {
    if (typeof url !== 'string') throw unreadable()
    urls.set(name, url)
  }
  const current = document['current']
  return { current: typeof current === 'string' ? current : undefined, urls }
}

function jsonIn(text: string): unknown {
  try {
    const document: unknown = JSON.parse(text)
    return document
  } catch {
    return undefined
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unreadable(): CommandFailure {
  return new CommandFailure(EXIT.failure, {
    message: `${contextsPath()} is not a file of contexts.`,
    next: 'Mend or remove it, then add the contexts again: millrace context add NAME URL',
  })
}
