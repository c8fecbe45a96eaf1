import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { append, batches, createLog, openStore } from './open-store.ts'

test('a checkpoint asked for at the very end of another, when one more waits already, is that one', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  await append(storage, batches(log, 'a'))
  const first = storage.checkpoint()
  const waiting = storage.checkpoint()
  // In the step in which the first has ended and the one that waits has not begun.
  const late = first.then(() => storage.checkpoint())
  await Promise.all([waiting, late])
  expect(storage.state.kind).toBe('ready')
  expect(storage.metrics().checkpoints).toBe(2)
})
