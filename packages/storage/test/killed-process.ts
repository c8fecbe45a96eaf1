/**
 * Appends to the store at the given path until it is killed, and says on standard output what was acknowledged: one
 * line `<log name> <offset> <value>` for each record.
 */
import { NODE_DISK } from '@millrace/disk/node-disk'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import type { Log } from '@millrace/log/log'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { parseStorageConfig } from '../src/config.ts'
import { Storage } from '../src/storage.ts'

const LOGS = 4
const APPENDERS = 8

const [, , directory = '', life = '0'] = process.argv
const config = parseStorageConfig({
  journalSlotBytes: 256 * 1024,
  journalSlotsMax: 4,
  reserveBytes: 0,
  minFreeBytes: 0,
})
const storage = await Storage.open(NODE_DISK, directory, SYSTEM_CLOCK, config)
while ([...storage.logs()].length < LOGS) await makeLog(`t-${[...storage.logs()].length}`)
const logs = [...storage.logs()]
process.stdout.write('ready\n')
await Promise.all(Array.from({ length: APPENDERS }, (_, appender) => appendForever(appender)))

async function appendForever(appender: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    const some = [0, 1].map((step) => logs[(appender + turn + step) % LOGS]).filter((log) => !!log)
    const value = `${life}-${appender}-${turn}`
    const outcomes = await storage.append(
      some.map((log) => ({ kind: 'batches', log: log.id, bytes: batchOf(value, turn) })),
    )
    const lines = some.map((log: Log, index) => {
      return `${log.name} ${outcomes[index]?.baseOffset} ${value}\n`
    })
    process.stdout.write(lines.join(''))
  }
}

function batchOf(value: string, turn: number): Uint8Array {
  const length = turn % 5 === 0 ? 20_000 : 100
  const content = { key: null, value: Buffer.from(value.padEnd(length)), headers: [], timestamp: 1 }
  return encodeBatch({ records: [content] })
}

async function makeLog(name: string): Promise<void> {
  const log = storage.allocateLogId()
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAA'
  const logConfig = { ...LOG_CONFIG_DEFAULTS, segmentBytes: 200_000 }
  await storage.prepareLog({ log, directory: name, topicId, config: logConfig })
  await storage.append([{ kind: 'create', log }])
}
