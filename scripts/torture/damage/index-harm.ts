import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SeededRandom } from '@millrace/testing/seeded-random'

/** `data.mdb` of other moments and places, to be put in the place of the right one. */
export interface OtherIndexes {
  readonly older: Buffer
  readonly ofAnotherDirectory: Buffer
}

/** Harms the index below `directory`, and says how. The first odd seeds cut it at every size, in steps. */
export async function harmIndex(
  directory: string,
  seed: number,
  random: SeededRandom,
  others: OtherIndexes,
): Promise<string> {
  const index = join(directory, 'index')
  const data = join(index, 'data.mdb')
  const bytes = await readFile(data)
  const cutAt = ((seed - 1) / 2) * CUT_STEP
  if (seed % 2 === 1 && cutAt < bytes.length) {
    await truncate(data, cutAt)
    return `cut to ${cutAt} of ${bytes.length} bytes`
  }
  const choice = random.below(100)
  if (choice < 55) return flip(data, bytes, random)
  if (choice < 75) return spoilPage(data, bytes, random, others)
  switch (choice % 9) {
    case 0:
      await rm(index, { recursive: true })
      return 'without its directory'
    case 1:
      await rm(data)
      return 'without data.mdb'
    case 2:
      await rm(join(index, 'lock.mdb'), { force: true })
      return 'without lock.mdb'
    case 3:
      await writeFile(join(index, 'lock.mdb'), noise(8_192, random))
      return 'with noise in lock.mdb'
    case 4:
      await writeFile(data, others.older)
      return 'an older one'
    case 5:
      await writeFile(data, others.ofAnotherDirectory)
      return 'of another data directory'
    case 6:
      await writeFile(data, Buffer.concat([bytes, noise(random.below(20_000), random)]))
      return 'with noise after it'
    case 7: {
      const at = random.below(bytes.length)
      await truncate(data, at)
      return `cut to ${at} of ${bytes.length} bytes`
    }
    default:
      await writeFile(join(index, 'opening'), '')
      return 'with the mark of a start that died'
  }
}

const CUT_STEP = 1024
const PAGE = 4096

async function flip(data: string, bytes: Buffer, random: SeededRandom): Promise<string> {
  const flips: number[] = []
  for (let count = random.pick([1, 1, 1, 1, 4, 40]); count > 0; count--) {
    // The meta pages are few among many, and more depends on them.
    const end = random.chance(15) ? 2 * PAGE : bytes.length
    const bit = random.below(end * 8)
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    flips.push(bit)
  }
  await writeFile(data, bytes)
  return `bits flipped: ${flips.join(' ')}`
}

async function spoilPage(
  data: string,
  bytes: Buffer,
  random: SeededRandom,
  { ofAnotherDirectory, older }: OtherIndexes,
): Promise<string> {
  const pages = bytes.length / PAGE
  const page = random.below(pages)
  const other = random.below(pages)
  const sources = {
    zeros: Buffer.alloc(PAGE),
    noise: noise(PAGE, random),
    'another page': bytes.subarray(other * PAGE, (other + 1) * PAGE),
    'what it was': older.subarray(page * PAGE, (page + 1) * PAGE),
    'that of another directory': ofAnotherDirectory.subarray(page * PAGE, (page + 1) * PAGE),
  }
  const [first = 'zeros', ...names] = Object.keys(sources)
  const name = random.pick([first, ...names]) as keyof typeof sources
  Buffer.from(sources[name]).copy(bytes, page * PAGE)
  await writeFile(data, bytes)
  return `page ${page} is ${name}${name === 'another page' ? ` (${other})` : ''}`
}

function noise(length: number, random: SeededRandom): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)))
}
