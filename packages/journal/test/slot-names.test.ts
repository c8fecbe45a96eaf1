import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { expect, test } from 'vitest'
import { Slots } from '../src/slots.ts'

const DIRECTORY = '/journal'
const SLOT_BYTES = 8_192

test('a slot that a life before may not have synced the name of is there for good once the slots are synced', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const disk = new CrashingDisk({ seed, directory: DIRECTORY })
    const failing = new FaultyDisk(disk, ({ operation }) =>
      operation === 'syncDirectory' ? { kind: 'error', code: 'EIO' } : undefined,
    )
    const made = await Slots.open(failing, DIRECTORY, 'write')
    await expect(made.make(SLOT_BYTES)).rejects.toThrow('EIO')
    const afterKill = disk.kill()
    const found = await Slots.open(afterKill, DIRECTORY, 'write')
    expect(found.sizes).toEqual([SLOT_BYTES])
    await found.sync()
    const again = await Slots.open(afterKill.afterPowerCut(), DIRECTORY, 'write')
    expect(again.sizes).toEqual([SLOT_BYTES])
  }
})
