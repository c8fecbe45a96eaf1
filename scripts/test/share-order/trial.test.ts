import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { ServerProcess } from '../../bench/server-process.ts'
import { FULL_PLAN, type Plan } from '../../share-order/plan.ts'
import { resultOf } from '../../share-order/results.ts'
import { readSshLog, SSH_LOG_IS_HERE } from '../../share-order/ssh-log.ts'
import { produceLines, tryOrdering } from '../../share-order/trial.ts'

const PLAN: Plan = { ...FULL_PLAN, workers: 4, killAfter: [15, 40] }
const LINES = 160

test.skipIf(SSH_LOG_IS_HERE)('skipped: the log is not in ../shared/data', () => {
  expect(SSH_LOG_IS_HERE).toBe(false)
})

test.skipIf(!SSH_LOG_IS_HERE)(
  'each session of a real log is handled in order, by workers that fail, stall and are killed',
  async () => {
    await using directory = await makeTempDirectory()
    await using server = await ServerProcess.start(join(directory.path, 'data'))
    const lines = readSshLog().slice(0, LINES)
    await produceLines(server.url, lines, PLAN)
    const trial = await tryOrdering(server.url, lines, PLAN, 'key')
    const { begunEarly, missing, overtaking } = trial.verdict
    expect({ begunEarly, missing, overtaking }).toEqual({
      begunEarly: [],
      missing: [],
      overtaking: [],
    })
    const { figures } = resultOf(trial, lines)
    expect(figures.linesHandled).toBe(LINES)
    // There was something to withstand.
    expect(figures.kills).toBeGreaterThan(0)
    expect(figures.failures).toBeGreaterThan(0)
    expect(figures.stalls).toBeGreaterThan(0)
  },
)
