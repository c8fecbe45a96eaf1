import { dirname, join } from 'node:path'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import { flipBit, type HarmedTree, withFile } from './harm.ts'
import type { FileTree } from './memory-disk.ts'
import { SAMPLE_DIRECTORY } from './sample-store.ts'

/** One to several things that can happen to files while nobody has them open. */
export function harmAtRandom(tree: FileTree, random: SeededRandom): HarmedTree {
  if (random.chance(70)) return flipSome(tree, random)
  const paths = [...tree.files.keys()]
  const path = random.pick([paths[0] ?? '', ...paths])
  const bytes = tree.files.get(path) ?? Buffer.alloc(0)
  const all = { path, from: 0, end: Infinity }
  switch (random.below(5)) {
    case 0: {
      const from = random.below(bytes.length + 1)
      const cut = withFile(tree, path, Buffer.from(bytes.subarray(0, from)))
      return { tree: cut, harms: [{ kind: 'cut', path, from, end: Infinity }] }
    }
    case 1:
      return {
        tree: withFile(tree, path, Buffer.alloc(0)),
        harms: [{ kind: 'emptied', ...all }],
      }
    case 2:
      return { tree: withFile(tree, path, undefined), harms: [{ kind: 'removed', ...all }] }
    case 3:
      return overwrite(tree, path, bytes, random)
    default:
      return addFile(tree, path, bytes, random)
  }
}

/** Near each other in one file, or anywhere. */
function flipSome(tree: FileTree, random: SeededRandom): HarmedTree {
  let harmed: HarmedTree = { tree, harms: [] }
  for (let count = random.pick([1, 1, 1, 2, 3, 8]); count > 0; count--) {
    const paths = [...tree.files.keys()].filter((path) => harmed.tree.files.get(path)?.length !== 0)
    const path = random.pick([paths[0] ?? '', ...paths])
    const length = harmed.tree.files.get(path)?.length ?? 0
    // Of the journal the first pages are where something is.
    const bytes = path.includes('/journal/') ? Math.min(length, 8 * 4096) : length
    const next = flipBit(harmed.tree, path, random.below(bytes * 8))
    harmed = { tree: next.tree, harms: [...harmed.harms, ...next.harms] }
  }
  return harmed
}

/**
 * Of the same length: zeros, noise, or bytes of another file, but for a bit in every 16 bytes: nothing in the format
 * tells a sound batch from another in whose place it is.
 */
function overwrite(tree: FileTree, path: string, bytes: Buffer, random: SeededRandom): HarmedTree {
  const from = random.below(bytes.length + 1)
  const end = from + random.below(bytes.length - from + 1)
  const other = Buffer.from(bytes)
  const paths = [...tree.files.keys()]
  const strange = tree.files.get(random.pick([path, ...paths])) ?? other
  const kind = random.below(3)
  for (let at = from; at < end; at++) {
    if (kind === 0) other[at] = 0
    else if (kind === 1) other[at] = random.below(256)
    else other[at] = (strange[at % Math.max(1, strange.length)] ?? 0) ^ (at % 16 === 0 ? 1 : 0)
  }
  return { tree: withFile(tree, path, other), harms: [{ kind: 'overwritten', path, from, end }] }
}

/** Something that nobody wrote for us, beside what somebody did. */
function addFile(tree: FileTree, path: string, bytes: Buffer, random: SeededRandom): HarmedTree {
  const directory = dirname(path)
  const extra = random.pick([
    join(directory, 'notes.txt'),
    join(directory, '.nfs0000000000000001'),
    join(directory, '00000000000000000007.index'),
    join(directory, '00000000000000000007.log'),
    join(directory, '00000000000000099999.log'),
    join(directory, '00000000000000000000.log.deleted'),
    join(SAMPLE_DIRECTORY, 'topics', 'notes.txt'),
    join(SAMPLE_DIRECTORY, 'journal', '7.journal'),
    join(SAMPLE_DIRECTORY, 'journal', '4294967295.journal'),
    join(SAMPLE_DIRECTORY, 'set-aside'),
  ])
  if (tree.files.has(extra)) return flipSome(tree, random)
  const harms = [{ kind: 'extra' as const, path: extra, from: 0, end: Infinity }]
  return { tree: withFile(tree, extra, bytes), harms }
}
