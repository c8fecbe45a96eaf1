import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { laneKeyOf } from '@millrace/share-groups/lane-key'
import { ShareLedger } from '@millrace/share-groups/share-ledger'
import { SharePartition } from '@millrace/share-groups/share-partition'
import type { Benchmark } from '../benchmark.ts'

const RECORDS = 1_000_000
const PER_ACQUIRE = 10
const KEYS = 10_000
const BYTES_MAX = 200

export const shareMemory: Benchmark = {
  name: 'share-memory',
  about:
    `What a partition of a share group by key keeps in memory for each of ${RECORDS.toLocaleString('en-GB')} records, the ` +
    `records themselves aside: out with consumers, ${PER_ACQUIRE} an acquire, over ${KEYS.toLocaleString('en-GB')} keys, and with a ` +
    'key each; and behind a record that is stuck, of its own key, and of other keys and settled.',
  async run({ bulkBytes }) {
    // A glance has fewer.
    const count = bulkBytes >= FULL_BYTES ? RECORDS : RECORDS / 10
    const few = bytesEach(count, () => acquired(count, (index) => `user-${index % KEYS}`))
    const unique = bytesEach(count, () => acquired(count, (index) => `user-${index}`))
    const blocked = bytesEach(count, () => behindStuck(count, () => 'stuck'))
    const settled = bytesEach(count, () => behindStuck(count, (index) => `user-${index % KEYS}`))
    return {
      figures: [
        { label: `out, over ${KEYS.toLocaleString('en-GB')} keys`, value: bytes(few) },
        { label: 'out, a key each', value: bytes(unique) },
        { label: 'behind a stuck record of its key', value: bytes(blocked) },
        { label: 'behind a stuck record, settled', value: bytes(settled) },
      ],
      verdicts: [
        {
          target: `under ${BYTES_MAX} bytes a record in flight`,
          measured: bytes(Math.max(few, unique)),
          isReached: Math.max(few, unique) < BYTES_MAX,
        },
      ],
    }
  },
}

const FULL_BYTES = 2 ** 30

function acquired(count: number, keyOf: (index: number) => string): SharePartition {
  const partition = scanned(count, keyOf)
  for (let nowMs = 1; partition.ledger.acquiredCount < count; nowMs++) {
    const taken = partition.take(PER_ACQUIRE, nowMs)
    if (taken.length === 0) break
    partition.acquire(`consumer-${nowMs % CONSUMERS}`, taken, nowMs)
    partition.takeFacts()
  }
  return partition
}

/** The first record is out and stays so; whatever else can be is settled. */
function behindStuck(count: number, keyOf: (index: number) => string): SharePartition {
  const partition = scanned(count, (index) => (index === 0 ? 'stuck' : keyOf(index)))
  const [stuck] = partition.take(1, 0)
  if (stuck === undefined) throw new Error('nothing could be taken')
  partition.acquire('stuck', [stuck], 0)
  for (;;) {
    const taken = partition.take(PER_ACQUIRE, 1)
    if (taken.length === 0) return partition
    const { number } = partition.acquire('quick', taken, 1)
    for (const { offset } of taken) partition.accept(offset, number)
    partition.takeFacts()
  }
}

function scanned(count: number, keyOf: (index: number) => string): SharePartition {
  const partition = new SharePartition(ShareLedger.startingAt(0), {
    settings: {
      ordering: 'key',
      acquisitionLockMs: 3_600_000,
      maxDeliveryCount: 5,
      retryDelaysMs: [],
      deadLetter: null,
    },
    isHeldUp: () => false,
    isParked: () => false,
  })
  for (let offset = 0; offset < count; offset++) {
    partition.scanned(offset, laneKeyOf(Buffer.from(keyOf(offset))))
  }
  return partition
}

const CONSUMERS = 64

/** What is still there when all garbage is collected. */
function bytesEach(count: number, make: () => SharePartition): number {
  const before = collected()
  const partition = make()
  const after = collected()
  // Kept until here.
  if (partition.scanOffset !== count) throw new Error('not all was looked at')
  return (after - before) / count
}

function collected(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}

function bytes(value: number): string {
  return value < 1 ? 'under 1 byte' : `${value.toFixed(0)} bytes`
}
