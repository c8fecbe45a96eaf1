import { type ChildProcess, fork } from 'node:child_process'
import type { IndexReport, IndexTrial, IndexVerdict } from './index-child.ts'
import type { BrokerState } from './state-broker.ts'

/** The process died; what had been acknowledged by then. */
export interface IndexDeath {
  readonly died: string
  readonly state: BrokerState | 'unknown'
}

let child: ChildProcess | undefined

/** Has a process of its own try the data directory, one that lives on for the next as long as it can. */
export async function judgeIndex(trial: IndexTrial): Promise<IndexVerdict | IndexDeath> {
  child ??= startChild()
  const asked = child
  let state = trial.expected
  return new Promise((resolve) => {
    const stop = () => {
      asked.off('message', take).off('exit', end)
      asked.unref()
      asked.channel?.unref()
    }
    const take = (message: unknown) => {
      const report = message as IndexReport
      if ('state' in report) {
        state = report.state
        return
      }
      stop()
      resolve(report)
    }
    const end = (status: number | null, signal: string | null) => {
      stop()
      child = undefined
      resolve({ died: signal ?? `exit status ${status}`, state })
    }
    asked.on('message', take).on('exit', end)
    asked.ref()
    asked.channel?.ref()
    asked.send(trial)
  })
}

/** It ends with this process, which waits for it only while it is asked. */
function startChild(): ChildProcess {
  const stdio: ['ignore', 'ignore', 'ignore', 'ipc'] = ['ignore', 'ignore', 'ignore', 'ipc']
  const started = fork(new URL('index-child.ts', import.meta.url), { stdio })
  started.unref()
  started.channel?.unref()
  return started
}
