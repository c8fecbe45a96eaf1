import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Counts } from '../attack.ts'
import { OWN_MOUNTS } from './ext4-volume.ts'

/** How often the power is cut in one case. */
export const POWER_CUTS = 5

export interface Ext4Outcome {
  readonly counts?: Counts
  /** Undefined: nothing is. */
  readonly wrong?: string
}

/** Runs `ext4-lives.ts` where its mounts are nobody else's and end with it, as it does with this process. */
export async function runOnExt4(
  seed: number,
  directory: string,
  kind: 'store' | 'canary',
): Promise<Ext4Outcome> {
  const program = [process.execPath, '--import', END_WITH_DRIVER, LIVES]
  const line = [...OWN_MOUNTS, ...program, String(seed), directory, kind]
  const child = spawn('unshare', line, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const said = await text(child.stdout)
  await ended
  if (said !== '') return JSON.parse(said) as Ext4Outcome
  throw new Error(`The lives on ext4 ended with ${child.signalCode ?? child.exitCode}.`)
}

const LIVES = fileURLToPath(new URL('ext4-lives.ts', import.meta.url))
const END_WITH_DRIVER = new URL('end-with-driver.ts', import.meta.url).href
