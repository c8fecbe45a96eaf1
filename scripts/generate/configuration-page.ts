import { SETTINGS } from '@millrace/server/config'
import { choicesOf, type Setting } from '@millrace/server/settings'
import { heading, lines, type Page, table } from './page.ts'

export const configurationPage: Page = { path: 'docs/configuration.md', render }

function render(): string {
  const sections = Map.groupBy(SETTINGS, ({ path }) => path.split('.').slice(0, -1).join('.'))
  return lines(
    heading('Configuration', 'the schema in packages/server/src/config.ts'),
    'Flags win over the environment, the environment over the file, the file over the defaults. The file is YAML (or JSON) and',
    'is named by `--config` or `MILLRACE_CONFIG`; a dot in a path below is a level in it:',
    '',
    '```yaml',
    'dataDir: /var/lib/millrace',
    'http:',
    '  port: 7070',
    '```',
    '',
    '`--data-dir`, `--host`, `--http-port` and `--log-level` have flags of their own; every other setting is `--set path=value`. A list',
    'is given as `a,b,c`. A setting that is unknown, out of range or of the wrong type stops the start, and all of them are named',
    'at once.',
    '',
    [...sections].flatMap(([section, settings]) => [
      `## ${section === '' ? 'The server' : `\`${section}\``}`,
      '',
      ...table(['setting', 'environment', 'default', 'allowed', 'meaning'], settings.map(row)),
      '',
    ]),
  )
}

function row(setting: Setting): readonly string[] {
  const { path, environmentName, description } = setting
  const value = JSON.stringify(setting.default)
  const meant = inUnits(path, setting.default)
  return [
    `\`${path}\``,
    `\`${environmentName}\``,
    meant === undefined ? `\`${value}\`` : `\`${value}\` (${meant})`,
    allowed(setting),
    description,
  ]
}

function allowed({ schema }: Setting): string {
  const choices = choicesOf(schema)
  if (choices.length > 0) return choices.map((choice) => `\`${choice}\``).join(', ')
  const limits = schema as {
    readonly type?: string
    readonly minimum?: number
    readonly maximum?: number
  }
  if (limits.type === 'integer') return `${bound(limits.minimum)} to ${bound(limits.maximum)}`
  return limits.type === 'array' ? 'a list' : (limits.type ?? '')
}

function bound(value: number | undefined): string {
  return value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? '…' : String(value)
}

/** Milliseconds and bytes as people say them, where that is exact. */
function inUnits(path: string, value: unknown): string | undefined {
  if (typeof value !== 'number' || value <= 0) return undefined
  const units = path.endsWith('Ms') ? TIME_UNITS : path.endsWith('Bytes') ? SIZE_UNITS : []
  const unit = units.find(([size]) => value % size === 0)
  return unit === undefined ? undefined : `${value / unit[0]} ${unit[1]}`
}

const TIME_UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]
const SIZE_UNITS: readonly (readonly [number, string])[] = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
]
