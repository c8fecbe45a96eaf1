import { type ChildProcess, fork } from 'node:child_process'
import type { IndexReport, IndexTrial, IndexVerdict } from './index-child.ts'

let child: ChildProcess | undefined

/**
 * Has a process of its own try the data directory, one that lives on for the next as long as it can. `died` in its
 * first start: it has not seen what the index holds.
 */
export async function judgeIndex(trial: IndexTrial): Promise<IndexVerdict | 'died'> {
  child ??= startChild()
  const asked = child
  let isOpened = false
  return new Promise((resolve, reject) => {
    const stop = () => {
      asked.off('message', take).off('exit', end)
      asked.unref()
      asked.channel?.unref()
    }
    const take = (message: unknown) => {
      const report = message as IndexReport
      if (report === 'opened') {
        isOpened = true
        return
      }
      stop()
      resolve(report)
    }
    const end = (status: number | null, signal: string | null) => {
      stop()
      child = undefined
      if (!isOpened) resolve('died')
      else reject(new Error(`The process died (${signal ?? status}) of an index that it had read.`))
    }
    asked.on('message', take).on('exit', end)
    asked.ref()
    asked.channel?.ref()
    asked.send(trial)
  })
}

/** It ends with this process, which waits for it only while it is asked. */
function startChild(): ChildProcess {
  const started = fork(new URL('index-child.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  started.unref()
  started.channel?.unref()
  return started
}
