import { expect, test } from 'vitest'
import { createConnection } from '../src/connection.ts'
import { SequencedSender } from '../src/sequenced-sender.ts'

test('a producer id is asked for no longer than the records may be tried', async () => {
  const asked: string[] = []
  const connection = createConnection('http://127.0.0.1:1', {
    retryForMs: 3_600_000,
    fetch: async (input) => {
      asked.push(String(input instanceof Request ? input.url : input))
      throw new TypeError('No way through.')
    },
  })
  const sender = new SequencedSender(connection, 't', 0, 'none')
  const record = { key: null, value: null, headers: [], timestamp: 0 }
  const delivery = { deadlineMs: performance.now(), signal: new AbortController().signal }
  await expect(sender.send([record], delivery)).rejects.toMatchObject({
    code: 'NO_ANSWER',
    appended: false,
  })
  expect(asked).toEqual(['http://127.0.0.1:1/v1/producers'])
})
