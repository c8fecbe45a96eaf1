import { expect, test } from 'vitest'
import { machineMs } from '../../share-order/event.ts'
import { drawFate } from '../../share-order/fate.ts'
import { type Delivery, History } from '../../share-order/history.ts'
import type { SshLine } from '../../share-order/ssh-log.ts'
import { judge } from '../../share-order/verdict.ts'

const LINES: readonly SshLine[] = ['a', 'b', 'a', 'a'].map((session, index) => {
  return { number: index + 1, session, text: '' }
})

function delivery(line: number, began: number, rest: Partial<Delivery> = {}): Delivery {
  const consumer = `of ${line}`
  const done = { endedMs: began + 1, outcome: 'done', isLost: false } as const
  return { line, consumer, deliveryCount: 1, beganMs: began, ...done, ...AT_ONCE, ...rest }
}

const AT_ONCE = { stalledAtMs: undefined }

function verdictOn(deliveries: readonly Delivery[]) {
  const { handled, ...rest } = judge(LINES, deliveries)
  const numbersOf = (each: readonly Delivery[]) => each.map(({ line }) => line)
  return {
    ...rest,
    handled: handled.size,
    begunEarly: numbersOf(rest.begunEarly),
    begunLate: numbersOf(rest.begunLate),
  }
}

const SOUND = { handled: 4, missing: [], overtaking: [], begunEarly: [], begunLate: [] }

test('sessions in the order of the log are in order, whatever others do in between', () => {
  const all = [delivery(1, 0), delivery(3, 10), delivery(4, 20), delivery(2, 100)]
  expect(verdictOn(all)).toEqual(SOUND)
  const failed = { outcome: 'failed' } as const
  const killed = { endedMs: undefined, outcome: 'killed' } as const
  const retried = [delivery(1, -9, failed), delivery(1, -5, killed), delivery(3, 5, killed)]
  expect(verdictOn([...retried, ...all])).toEqual(SOUND)
})

test('a line that overtook an earlier one of its session is found', () => {
  const all = [delivery(1, 0), delivery(2, 0), delivery(4, 10), delivery(3, 20)]
  expect(verdictOn(all)).toEqual({ ...SOUND, overtaking: [4], begunEarly: [4] })
})

test('a line that was begun while an earlier one was not done is found, also when it ends later', () => {
  const all = [delivery(1, 0, { endedMs: 20 }), delivery(2, 0), delivery(3, 30), delivery(4, 40)]
  const early = delivery(3, 19, { outcome: 'failed' })
  expect(verdictOn([...all, early])).toEqual({ ...SOUND, begunEarly: [3] })
})

test('what a worker did with a lock that had run out does not count', () => {
  const late = delivery(1, 0, { endedMs: 90, isLost: true })
  const all = [late, delivery(1, 10), delivery(2, 0), delivery(3, 20), delivery(4, 30)]
  expect(verdictOn(all)).toEqual(SOUND)
  expect(verdictOn(all.slice(2))).toMatchObject({ missing: [1], begunEarly: [3, 4] })
  // Nor does it harm what the same worker had behind it.
  const behind = delivery(3, 8, { consumer: late.consumer, isLost: true })
  const before = { ...late, endedMs: 5 }
  expect(verdictOn([before, behind, ...all.slice(1)])).toEqual(SOUND)
})

test('a line that somebody begins who has not seen that it was handled is found', () => {
  const all = [delivery(1, 0), delivery(2, 0), delivery(3, 10), delivery(4, 20)]
  const zombie = delivery(3, 30, { isLost: true })
  expect(verdictOn([...all, zombie])).toEqual({ ...SOUND, begunLate: [3] })
})

test('what workers say becomes deliveries, also of one who was killed, and of one who had it twice', () => {
  const history = new History()
  const atMs = machineMs()
  const say = (kind: 'begin' | 'end' | 'stall' | 'lost', deliveryCount: number, after: number) => {
    history.note('w', { kind, line: 1, deliveryCount, atMs: atMs + after })
  }
  say('begin', 1, 0)
  say('stall', 1, 1)
  say('end', 1, 2)
  say('begin', 2, 3)
  say('lost', 1, 4)
  expect(history.deliveries()).toMatchObject([
    { outcome: 'done', isLost: true, stalledAtMs: atMs + 1 },
    { outcome: 'killed', isLost: false, endedMs: undefined },
  ])
})

test('a tenth of what is begun goes wrong, by the seed alone', () => {
  const fates = Array.from({ length: 10_000 }, (_, line) => drawFate(7, line, 1 + (line % 3)))
  const wrong = fates.filter(({ kind }) => kind !== 'handled').length
  expect(wrong).toBeGreaterThan(900)
  expect(wrong).toBeLessThan(1_100)
  expect(drawFate(7, 3, 2)).toEqual(drawFate(7, 3, 2))
  expect(drawFate(7, 3, 2)).not.toEqual(drawFate(7, 3, 1))
})
