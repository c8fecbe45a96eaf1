import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { openStore, valuesOf } from './open-store.ts'

const CYCLES = 4
const LINES_UNTIL_KILLED = [50, 400, 1_500, 3_000]

test('a process that is killed at any moment has lost nothing that it acknowledged', async () => {
  await using directory = await makeTempDirectory()
  const acknowledged = new Map<string, string>()
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const lines = await runAndKill(directory.path, cycle)
    for (const [log, offset, value] of lines) {
      const place = `${log} ${offset}`
      expect(acknowledged.get(place), `${place} is given twice`).toBeUndefined()
      acknowledged.set(place, value)
    }
    await expectAll(directory.path, acknowledged)
  }
  expect(acknowledged.size).toBeGreaterThan(1_000)
})

type Acknowledged = readonly [log: string, offset: string, value: string]

async function runAndKill(directory: string, cycle: number): Promise<readonly Acknowledged[]> {
  const program = fileURLToPath(new URL('./killed-process.ts', import.meta.url))
  const child = spawn(process.execPath, [program, directory, `${cycle}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Acknowledged[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [log = '', offset, value] = line.split(' ')
    if (offset === undefined || value === undefined) continue
    lines.push([log, offset, value])
    if (lines.length === LINES_UNTIL_KILLED[cycle]) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return lines
}

/** What was acknowledged is at its offset; an append to two logs is in both or in neither. */
async function expectAll(
  directory: string,
  acknowledged: ReadonlyMap<string, string>,
): Promise<void> {
  await using storage = await openStore(directory)
  const counts = new Map<string, number>()
  const found = new Map<string, string>()
  for (const log of storage.logs()) {
    for (const [offset, padded] of (await valuesOf(log)).entries()) {
      const value = padded.trimEnd()
      found.set(`${log.name} ${offset}`, value)
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
  }
  for (const [place, value] of acknowledged) expect(found.get(place), place).toBe(value)
  for (const [value, count] of counts) expect(count, value).toBe(2)
}
