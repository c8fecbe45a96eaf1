import type { RecordToProduce } from '@millrace/model/broker'
import type {
  Acknowledged,
  Acknowledgement,
  AcquiredRecord,
  ShareGroupInput,
} from '@millrace/model/share-group'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { openBroker, record } from './open-broker.ts'

export interface OpenedShare extends AsyncDisposable {
  broker: EmbeddedBroker
  readonly clock: ManualClock
  readonly directory: string
  /** The same data, opened again. */
  reopen(): Promise<EmbeddedBroker>
}

/** A broker with the topics `t` and `t.dead`, and a share group `g` that reads `t`. */
export async function openShare(
  group: Partial<ShareGroupInput> = {},
  options: { readonly partitions?: number; readonly broker?: object } = {},
): Promise<OpenedShare> {
  const directory = await makeTempDirectory()
  const clock = new ManualClock()
  const open = () => openBroker(directory.path, { clock, broker: options.broker ?? {} })
  const opened = {
    broker: await open(),
    clock,
    directory: directory.path,
    reopen: async () => {
      await opened.broker.close()
      opened.broker = await open()
      return opened.broker
    },
    [Symbol.asyncDispose]: async () => {
      await opened.broker.close()
      await directory[Symbol.asyncDispose]()
    },
  }
  await opened.broker.createTopic('t', { partitions: options.partitions ?? 1 })
  await opened.broker.createTopic('t.dead', {})
  await opened.broker.putShareGroup('g', { topics: ['t'], ...group })
  return opened
}

/** `a1 b1 a2`: values, keyed by their letter; one that begins with a digit has no key. */
export function keyed(values: string, partition?: number): readonly RecordToProduce[] {
  return values.split(' ').map((value) => {
    const key = /^\d/.test(value) ? {} : { key: value.replace(/\d.*$/, '') }
    return record(value, { ...key, ...(partition !== undefined && { partition }) })
  })
}

/** A consumer of a share group, with the records that it holds by their values. */
export class ShareWorker {
  readonly name: string
  readonly held = new Map<string, AcquiredRecord>()
  readonly #broker: EmbeddedBroker
  readonly #group: string

  constructor(broker: EmbeddedBroker, name = 'w1', group = 'g') {
    this.#broker = broker
    this.name = name
    this.#group = group
  }

  /** The values that it got. */
  async acquire(
    maxRecords = 10,
    more: { readonly waitMs?: number; readonly acknowledgements?: readonly Acknowledgement[] } = {},
  ): Promise<readonly string[]> {
    const request = { consumer: this.name, maxRecords, maxBytes: 1 << 20, waitMs: 0 }
    const acquired = await this.#broker.acquire(this.#group, {
      ...request,
      acknowledgements: [],
      ...more,
    })
    return acquired.records.map((got) => {
      const value = Buffer.from(got.record.value ?? []).toString()
      this.held.set(value, got)
      return value
    })
  }

  /** The code for each. */
  async accept(...values: readonly string[]): Promise<readonly Acknowledged['code'][]> {
    return this.say(values.map((value) => ({ value, type: 'accept' })))
  }

  async release(value: string, more: object = {}): Promise<Acknowledged['code'] | undefined> {
    return (await this.say([{ value, type: 'release', ...more }]))[0]
  }

  async reject(value: string, more: object = {}): Promise<Acknowledged['code'] | undefined> {
    return (await this.say([{ value, type: 'reject', ...more }]))[0]
  }

  async say(
    said: readonly { readonly value: string; readonly type: Acknowledgement['type'] }[],
  ): Promise<readonly Acknowledged['code'][]> {
    const acknowledgements = said.map(({ value, ...rest }) => ({
      receipt: this.held.get(value)!.receipt,
      ...rest,
    }))
    const results = await this.#broker.acknowledge(this.#group, acknowledgements)
    return results.map(({ code }) => code)
  }
}
