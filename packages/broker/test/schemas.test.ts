import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { harmIndex, INDEX_HARMS } from './harm-index.ts'
import { openBroker } from './open-broker.ts'

const ORDER = schema('Order', [{ name: 'total', type: 'long' }])

function schema(name: string, fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name, fields })
}

describe('the schema registry', () => {
  test.each(INDEX_HARMS)('is as it was after a restart with the index %s', async (harm) => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    const money = schema('Money', [{ name: 'cents', type: 'long' }])
    const paid = schema('Paid', [{ name: 'price', type: 'Money' }])
    const references = [{ name: 'Money', subject: 'money', version: 1 }]
    const registered = [
      await first.schemas.register('orders-value', { schema: ORDER, references: [] }),
      await first.schemas.register('money', { schema: money, references: [] }),
      await first.schemas.register('ünicode /%20', { schema: paid, references }),
    ]
    await first.schemas.setConfig('money', { compatibility: 'FULL' })
    await first.schemas.setMode(undefined, 'READONLY', false)
    await first.close()
    await harmIndex(directory.path, harm)
    await using broker = await openBroker(directory.path)
    expect(await broker.schemas.listSchemas({})).toEqual([
      registered[1],
      registered[0],
      registered[2],
    ])
    expect(registered.map(({ id }) => id)).toEqual([1, 2, 3])
    expect(await broker.schemas.getConfig('money', false)).toEqual({ compatibility: 'FULL' })
    expect(await broker.schemas.getMode(undefined, false)).toBe('READONLY')
    expect(await broker.schemas.referencedBy('money', 1)).toEqual([3])
  })
})
