/** Runs cases of one attack in this process, and tells the one that started it how far it is. */
import { findAttack } from './attacks.ts'
import { runCases } from './run-cases.ts'
import { NOTE_MS, type Order, type Report } from './workers.ts'

const order = JSON.parse(process.argv[2] ?? '{}') as Order
const attack = await findAttack(order.attack)
const endsAt = performance.now() + order.milliseconds
let notedAt = performance.now()
const { tally, breach } = await runCases(attack, {
  ...order,
  goesOn: (done) => done < order.cases && performance.now() < endsAt,
  note: (soFar) => {
    if (performance.now() - notedAt < NOTE_MS) return
    notedAt = performance.now()
    tell({ tally: soFar, isOver: false })
  },
})
tell({ tally, isOver: true, ...(breach !== undefined && { breach }) })
process.disconnect?.()

function tell(report: Report): void {
  process.send?.(report)
}
