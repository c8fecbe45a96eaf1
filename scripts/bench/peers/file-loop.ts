import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * What the disk can do: the same bytes at the end of a growing file, each write followed by fdatasync, and nothing
 * else. Answers with bytes a second.
 *
 * The file goes on growing from slice to slice, as the log does: a file emptied each time would find its old pages
 * still in the page cache, and where memory is given to a virtual machine as it is touched, a page that is new costs
 * several times as much as one that was used before.
 */
export async function runFileLoop(
  directory: string,
  block: Uint8Array,
  seconds: number,
): Promise<number> {
  await using file = await open(
    join(directory, 'file-loop'),
    constants.O_WRONLY | constants.O_CREAT,
  )
  const start = (await file.stat()).size
  const started = performance.now()
  const ends = started + seconds * 1000
  let position = start
  while (performance.now() < ends) {
    await file.write(block, 0, block.length, position)
    await file.datasync()
    position += block.length
  }
  return (position - start) / ((performance.now() - started) / 1000)
}
