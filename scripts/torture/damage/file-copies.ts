import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files of a directory, by their path in it. */
export type FileCopies = ReadonlyMap<string, Buffer>

export async function copyFiles(
  directory: string,
  isWanted: (path: string) => boolean,
): Promise<FileCopies> {
  const copies = new Map<string, Buffer>()
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(directory.length + 1)
    if (entry.isFile() && isWanted(name)) copies.set(name, await readFile(path))
  }
  return copies
}

export async function pasteFiles(copies: FileCopies, directory: string): Promise<void> {
  for (const [name, bytes] of copies) {
    const path = join(directory, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  }
}
