import type { Disk } from '@millrace/disk/disk'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { type DiskCall, FaultyDisk } from '@millrace/testing/faulty-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { expect, test } from 'vitest'
import { Storage } from '../src/storage.ts'
import { DIRECTORY, SMALL_STORE } from './store-lives.ts'

const open = (disk: Disk) => Storage.openAlone(disk, DIRECTORY, new ManualClock(), SMALL_STORE)
const EIO = { kind: 'error', code: 'EIO' } as const

/** Fails the n-th call that is meant. */
function failing(disk: CrashingDisk, nth: number, isMeant: (call: DiskCall) => boolean) {
  let count = 0
  return new FaultyDisk(disk, (call) => (isMeant(call) && ++count === nth ? EIO : undefined))
}

test('a store whose making a kill cut short opens after the power cut that follows its second start', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const first = new CrashingDisk({ seed, directory: DIRECTORY })
    const unsynced = failing(first, 2, ({ operation, path }) => {
      return operation === 'syncDirectory' && path.endsWith('/journal')
    })
    await expect(open(unsynced)).rejects.toThrow('EIO')

    // Once it is made, and before recovery has looked at it.
    const second = first.kill()
    const made = failing(second, 2, ({ operation, path }) => {
      return operation === 'open' && path.endsWith('/0.journal')
    })
    await expect(open(made)).rejects.toThrow('EIO')
    await (await open(second.afterPowerCut())).close()
  }
})
