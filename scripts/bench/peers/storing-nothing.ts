/**
 * A peer of the produce routes, in a process of its own: Millrace's own HTTP edge, with every check, over a broker that
 * answers at once. Bodies are read and held to the same rules; nothing is routed, batched or stored.
 */
import '../../../packages/cli/src/process-settings.ts'
import { createApp } from '@millrace/http/app'
import { parseHttpConfig } from '@millrace/http/config'
import { NO_BROKER } from '@millrace/http/no-broker'
import { NO_LOGGER } from '@millrace/http/no-logger'
import type { Broker } from '@millrace/model/broker'
import { FIRST_OFFSET, toOffset } from '@millrace/model/offset'

const storingNothing: Broker = {
  ...NO_BROKER,
  produceRecords: async (_topic, records) => ({
    records: records.map((_, index) => ({ partition: 0, offset: toOffset(index) ?? FIRST_OFFSET })),
    duplicate: false,
  }),
  produceBatches: async (_topic, partition) => ({
    ranges: [{ partition, baseOffset: FIRST_OFFSET, lastOffset: FIRST_OFFSET }],
    duplicate: false,
  }),
}
const options = { config: parseHttpConfig({}), logger: NO_LOGGER, version: '0' }
const app = await createApp(storingNothing, options)
const address = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.(new URL(address).port)
process.on('disconnect', () => process.exit())
