import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { counted, formatBytes } from '../quantity.ts'
import { renderPairs } from '../table.ts'
import { formatDuration } from '../time.ts'

export async function showStatus(invocation: Invocation): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, {}, async (client) => {
    const status = await client.status({ signal })
    const { lastRecovery } = status
    const recovery = lastRecovery.wasClean
      ? `clean, in ${formatDuration(lastRecovery.durationMs)}`
      : `after a crash, in ${formatDuration(lastRecovery.durationMs)}: ` +
        `${counted(lastRecovery.replayedEntries, 'journal entry', 'journal entries')} replayed ` +
        `(${formatBytes(lastRecovery.replayedBytes)})`
    await output.one(status, () =>
      renderPairs([
        ['state', status.reason === undefined ? status.state : `${status.state}: ${status.reason}`],
        ['version', status.version],
        ['data directory', status.dataDirectory],
        [
          'disk free',
          `${formatBytes(status.diskFreeBytes)} of ${formatBytes(status.diskTotalBytes)}` +
            (status.isFull ? ' (full: produce is refused)' : ''),
        ],
        ['last start', recovery],
        ...lastRecovery.setAside.map((path): [string, string] => ['set aside', path]),
        ...lastRecovery.notes.map((note): [string, string] => ['note', note]),
      ]),
    )
  })
}
