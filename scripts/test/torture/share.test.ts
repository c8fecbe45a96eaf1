import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { ATTACK_NAMES, findAttack } from '../../torture/attacks.ts'
import { runCases } from '../../torture/run-cases.ts'

const attacks = await Promise.all(ATTACK_NAMES.map(findAttack))
const shared = attacks.filter(({ share }) => share > 0)

test.for(shared)('no promise is broken by the first cases of $name', async (attack, { skip }) => {
  const obstacle = await attack.obstacle?.()
  if (obstacle !== undefined) skip(obstacle)
  await using directory = await makeTempDirectory()
  const goesOn = (done: number) => done < attack.share
  const cases = { firstSeed: 1, step: 1, directory: directory.path, goesOn }
  const { tally, breach } = await runCases(attack, cases)
  expect(breach?.found).toBeUndefined()
  expect(tally.cases).toBe(Math.min(attack.share, attack.last ?? attack.share))
})
