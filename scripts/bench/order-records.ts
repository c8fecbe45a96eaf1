import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { parseBrokerConfig } from '@millrace/broker/config'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { parseStorageConfig } from '@millrace/storage/config'
import avsc from 'avsc'

/** Orders as a shop might keep them. Their schema has three versions; they are as the second has them. */
export const ORDERS_SUBJECT = 'orders-value'
export const OLDER_ORDERS = `${ORDERS_SUBJECT}@1`
export const ORDERS = `${ORDERS_SUBJECT}@2`
export const NEWER_ORDERS = `${ORDERS_SUBJECT}@3`

/** Registers the versions, in a data directory that no server has open. */
export async function registerOrders(directory: string): Promise<void> {
  const config = { broker: parseBrokerConfig({}), storage: parseStorageConfig({}) }
  await using broker = await EmbeddedBroker.open(NODE_DISK, directory, SYSTEM_CLOCK, config)
  for (const fields of [OLDER_FIELDS, FIELDS, NEWER_FIELDS]) {
    const schema = orderSchema('shop.Order', fields)
    await broker.schemas.register(ORDERS_SUBJECT, { schema, references: [] })
  }
}

/** Text of a schema. */
export function orderSchema(name: string, fields: readonly object[] = FIELDS): string {
  return JSON.stringify({ type: 'record', name, fields })
}

/** So many orders, each as JSON text. */
export function orderTexts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => orderJson(index))
}

/** What a produce of them sends. */
export function ordersBody(orders: readonly string[]): Uint8Array {
  const records = orders.map((order, index) => `{"key":"user-${index}","value":${order}}`)
  return Buffer.from(`{"records":[${records.join(',')}]}`)
}

function orderJson(index: number): string {
  const lines = Array.from({ length: 1 + (index % 3) }, (_, line) => ({
    sku: `SKU-${(index * 31 + line * 7) % 100_000}`,
    quantity: 1 + ((index + line) % 9),
    price: ((index * 17 + line) % 10_000) / 100,
  }))
  return JSON.stringify({
    id: `order-${1_000_000 + index}`,
    customer: index * 7919,
    placedAt: new Date(FIRST_TIME + index * 977).toISOString(),
    status: STATUSES[index % STATUSES.length],
    currency: 'EUR',
    total: ((index * 7) % 1_000_003) / 100,
    note: index % 4 === 0 ? `Please leave it with the neighbours of number ${index % 200}.` : null,
    lines,
    shipTo: {
      name: `Customer ${index % 1000}`,
      street: `${1 + (index % 200)} Mill Lane`,
      city: 'Cambridge',
      postcode: `CB${index % 10} ${1 + (index % 9)}AB`,
      country: 'GB',
    },
    tags: index % 2 === 0 ? ['web', 'gift'] : ['app'],
  })
}

/** Of avsc, for records as `orderJson` has them. */
export function orderType(): avsc.Type {
  return avsc.Type.forSchema(
    { type: 'record', name: 'shop.Order', fields: FIELDS } as avsc.Schema,
    { logicalTypes: { 'timestamp-millis': TextTimestamp } },
  )
}

/** A time as RFC 3339 has it, which avsc leaves to its users. */
class TextTimestamp extends avsc.types.LogicalType {
  protected override _fromValue(value: number): string {
    return new Date(value).toISOString()
  }

  protected override _toValue(text: unknown): number {
    return Date.parse(String(text))
  }
}

const STATUSES = ['PLACED', 'PAID', 'SHIPPED', 'DELIVERED', 'RETURNED']
const FIRST_TIME = Date.UTC(2026, 10, 22, 10)

const LINE = {
  type: 'record',
  name: 'shop.Line',
  fields: [
    { name: 'sku', type: 'string' },
    { name: 'quantity', type: 'int' },
    { name: 'price', type: 'double' },
  ],
}

const ADDRESS = {
  type: 'record',
  name: 'shop.Address',
  fields: ['name', 'street', 'city', 'postcode', 'country'].map((name) => ({
    name,
    type: 'string',
  })),
}

const FIELDS = [
  { name: 'id', type: 'string' },
  { name: 'customer', type: 'long' },
  { name: 'placedAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
  { name: 'status', type: { type: 'enum', name: 'shop.Status', symbols: STATUSES } },
  { name: 'currency', type: 'string' },
  { name: 'total', type: 'double' },
  { name: 'note', type: ['null', 'string'], default: null },
  { name: 'lines', type: { type: 'array', items: LINE } },
  { name: 'shipTo', type: ADDRESS },
  { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
]

/** Neither notes nor tags yet. */
const OLDER_FIELDS = FIELDS.filter(({ name }) => name !== 'note' && name !== 'tags')

/** A field more in the middle, and one at the end. */
const NEWER_FIELDS = [
  ...FIELDS.slice(0, 5),
  { name: 'channel', type: 'string', default: 'web' },
  ...FIELDS.slice(5),
  { name: 'coupon', type: ['null', 'string'], default: null },
]
