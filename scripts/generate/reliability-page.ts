import { PLANTED_BUGS } from '../torture/planted-bugs.ts'
import { readPlantedResults, type PlantedResult } from '../torture/planted-results.ts'
import { REAL_BUGS } from '../torture/real-bugs.ts'
import { type AttackResult, readResults } from '../torture/results.ts'
import { heading, lines, type Page, table } from './page.ts'

export const reliabilityPage: Page = { path: 'docs/reliability.md', render }

async function render(): Promise<string> {
  const results = await readResults()
  const planted = await readPlantedResults()
  return lines(
    heading('Reliability', 'docs/reliability.json, docs/planted-bugs.json and scripts/torture'),
    'Whoever keeps data here should be able to see why they may. This page says how the store is attacked, how often it was,',
    'and what was found. `pnpm test` runs a share of each attack; `pnpm torture` runs them at length and writes these figures.',
    'The promises themselves are [invariants](invariants.md), each with the test that would find a breach.',
    '',
    '## Attacks',
    '',
    'No failure in N cases does not say that there is none: it says, at 95 %, that fewer than 3 in N would fail.',
    '',
    table(
      ['attack', 'cases', 'to reach', 'failures', 'a case fails at most'],
      results.map(({ name, cases, target }) => [
        `[${name}](#${name})`,
        whole(cases),
        cases >= target ? `${whole(target)}, reached` : `${whole(target)}, **not reached**`,
        '0',
        cases < 3 ? '' : `1 in ${whole(Math.floor(cases / 3))}`,
      ]),
    ),
    '',
    results.flatMap(attackSection),
    '## Planted bugs',
    '',
    'An attack that finds nothing may be blind. So bugs that stores of this kind have really had are planted, one at a time, in a',
    'copy of the sources (`pnpm torture --planted`); each must be found by the attack that is named.',
    '',
    table(
      ['bug', 'found by', 'after'],
      PLANTED_BUGS.map(({ name, about, attack }) => [
        about,
        `[${attack}](#${attack})`,
        plantedOutcome(planted.find((result) => result.name === name)),
      ]),
    ),
    '',
    '## Real bugs',
    '',
    'What attacks and readers of the code found in Millrace itself, before it was released. Each keeps a test.',
    '',
    table(
      ['what', 'found by', 'mended in', 'test'],
      REAL_BUGS.map(({ what, foundBy, mendedIn, test }) => [
        what,
        foundBy,
        mendedIn,
        `\`${test}\``,
      ]),
    ),
  )
}

function attackSection(result: AttackResult): readonly string[] {
  const { about, command, commit, counts, date, machine, minutes, name, unit } = result
  return [
    `### ${name}`,
    '',
    about,
    '',
    `${whole(result.cases)} ${unit}, from seed ${result.firstSeed}: ${countsInWords(counts)}.`,
    '',
    `\`${command}\`, ${minutes} min, commit ${commit}, ${date}: ${machine}.`,
    '',
  ]
}

function countsInWords(counts: AttackResult['counts']): string {
  return Object.entries(counts)
    .map(([name, count]) => `${whole(count)} ${name}`)
    .join(', ')
}

function plantedOutcome(result: PlantedResult | undefined): string {
  if (result === undefined) return 'not tried yet'
  if (result.seed === undefined) return `**not found** in ${result.seconds} s`
  return `${result.seconds} s, at seed ${result.seed}`
}

function whole(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 0 })
}
