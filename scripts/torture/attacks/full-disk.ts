import type { Attack } from '../attack.ts'
import { fillAndFree } from '../full-disk/fill-and-free.ts'

const CYCLES = 50

export const fullDisk: Attack = {
  name: 'full-disk',
  about:
    'A disk of 32 MiB (a file system of its own where the test may mount one) is filled by others, at times to the last ' +
    'byte, and emptied again, 50 times without a restart. Full, the store refuses records and says so, reads and commits ' +
    'go on; with room it goes on by itself; nothing acknowledged is lost.',
  cases: `stores whose disk filled ${CYCLES} times`,
  target: 20,
  share: 1,
  async tryCase(seed, directory) {
    const notes = await fillAndFree(seed, CYCLES, directory)
    return { 'fill-and-free cycles': CYCLES, 'acknowledged records': notes.acknowledgedRecords }
  },
}
