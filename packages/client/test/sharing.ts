import { type Client, createClient } from '../src/client.ts'
import { textOf } from '../src/consumed-record.ts'
import type { ShareConsumerOptions } from '../src/share-consumer.ts'
import type { ShareRecord } from '../src/share-record.ts'
import type { ShareHandler } from '../src/share-run.ts'
import { type RunningServer, startServer } from './running-server.ts'

/** A server, and what tests of share groups do with it. A group has the name of its topic. */
export class Sharing implements AsyncDisposable {
  readonly server: RunningServer
  readonly client: Client

  static async start(): Promise<Sharing> {
    return new Sharing(await startServer())
  }

  private constructor(server: RunningServer) {
    this.server = server
    this.client = createClient(server.url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }

  /** A value is `key:number`, or the number alone: that has no key. */
  async make(name: string, values: readonly string[], settings: object = {}): Promise<void> {
    await this.client.topics.create(name, { partitions: 2 })
    await this.produce(name, values)
    await this.client.shareGroups.put(name, { topics: [name], retryDelaysMs: [0], ...settings })
  }

  async produce(topic: string, values: readonly string[]): Promise<void> {
    await using producer = this.client.producer(topic)
    for (const value of values) {
      const [key] = value.includes(':') ? value.split(':') : []
      void producer.send(key === undefined ? { value, partition: 0 } : { key, value })
    }
  }

  /** Handles all there is to be had, and answers with what was begun, in that order. */
  async takeAll(
    group: string,
    handler: ShareHandler = () => undefined,
    options: ShareConsumerOptions = {},
  ): Promise<readonly string[]> {
    const values: string[] = []
    await using consumer = this.client.shareConsumer(group, { follow: false, ...options })
    await consumer.run(async (record) => {
      values.push(valueOf(record))
      await handler(record)
    })
    return values
  }

  async unsettled(group: string): Promise<number> {
    const { partitions } = await this.client.shareGroups.describe(group)
    return partitions.reduce((sum, partition) => sum + partition.unsettled, 0)
  }

  async acquired(group: string): Promise<number> {
    const { partitions } = await this.client.shareGroups.describe(group)
    return partitions.reduce((sum, partition) => sum + partition.acquired, 0)
  }
}

export function valueOf({ value }: Pick<ShareRecord, 'value'>): string {
  return textOf(value ?? new Uint8Array())
}

export async function until(isThere: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isThere())) await pause(20)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
