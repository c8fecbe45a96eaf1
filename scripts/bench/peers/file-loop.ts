import { open } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * What the disk can do: the same bytes at the end of a growing file, each write followed by fdatasync, and nothing
 * else. Answers with bytes a second.
 */
export async function runFileLoop(
  directory: string,
  block: Uint8Array,
  seconds: number,
): Promise<number> {
  // Each slice begins with an empty file, as a new segment does.
  await using file = await open(join(directory, 'file-loop'), 'w')
  const started = performance.now()
  const ends = started + seconds * 1000
  let position = 0
  while (performance.now() < ends) {
    await file.write(block, 0, block.length, position)
    await file.datasync()
    position += block.length
  }
  return position / ((performance.now() - started) / 1000)
}
