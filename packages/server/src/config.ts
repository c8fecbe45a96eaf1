import { resolve } from 'node:path'
import { Type, type Static } from 'typebox'
import { BrokerConfigSchema } from '@millrace/broker/config'
import { HttpConfigSchema } from '@millrace/http/config'
import { nearest } from '@millrace/model/nearest'
import { StorageConfigSchema } from '@millrace/storage/config'
import { ConfigurationError } from './configuration-error.ts'
import { readConfigurationFile } from './configuration-file.ts'
import { problemWith, settingsOf, valueFromText, type Setting } from './settings.ts'

/** Everything that can be set, in the shape of the configuration file. */
export const ConfigSchema = Type.Object(
  {
    dataDir: Type.String({
      description: 'Where everything is kept.',
      default: './data',
      minLength: 1,
    }),
    host: Type.String({
      description:
        'The address to listen on. Any but a loopback address needs allowUnauthenticated: ' +
        'whoever reaches the port may read, write and delete.',
      default: '127.0.0.1',
      minLength: 1,
    }),
    allowUnauthenticated: Type.Boolean({
      description:
        'Listen on an address that other machines can reach, though there are no tokens yet.',
      default: false,
    }),
    logLevel: Type.Union(
      [
        Type.Literal('trace'),
        Type.Literal('debug'),
        Type.Literal('info'),
        Type.Literal('warn'),
        Type.Literal('error'),
        Type.Literal('fatal'),
        Type.Literal('silent'),
      ],
      { description: 'The least severe lines that are logged.', default: 'info' },
    ),
    onStorageFailure: Type.Union([Type.Literal('exit'), Type.Literal('read-only')], {
      description:
        'After a failed sync or journal write nothing more is accepted. Exit with a failure, so that ' +
        'a supervisor starts again and recovers; or stay up for reading.',
      default: 'exit',
    }),
    http: Type.Omit(HttpConfigSchema, ['host'], { additionalProperties: false }),
    broker: BrokerConfigSchema,
    storage: StorageConfigSchema,
  },
  { additionalProperties: false },
)

export type ServerConfig = Static<typeof ConfigSchema>

/** Every setting, for those who print, complete or document them. */
export const SETTINGS: readonly Setting[] = settingsOf(ConfigSchema)

export interface ConfigurationSources {
  /** Settings by path, as text, from `--set` and the flags that stand for one. */
  readonly flags: ReadonlyMap<string, string>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `--config`; else `MILLRACE_CONFIG`; else no file. */
  readonly file?: string
  /** What relative paths start from. */
  readonly directory: string
  /** Values that a mode of the program puts in place of defaults: `serve --dev`. */
  readonly defaults?: ReadonlyMap<string, unknown>
}

export interface Configuration {
  /** Complete, in range and frozen. */
  readonly config: ServerConfig
  /** Where each value came from, by path: `default`, or the name of a flag, variable or file. */
  readonly origins: ReadonlyMap<string, string>
  /** What was probably a slip, but may be someone else's: variables that no setting goes by. */
  readonly notes: readonly string[]
}

/** Flags over environment over file over defaults. Throws ConfigurationError, with every problem. */
export function loadConfiguration(sources: ConfigurationSources): Configuration {
  const file = sources.file ?? sources.environment['MILLRACE_CONFIG']
  const filePath = file === undefined ? undefined : resolve(sources.directory, file)
  const fileValues = filePath === undefined ? new Map() : readConfigurationFile(filePath)
  const problems = [
    ...unknownSettings(fileValues.keys(), filePath ?? ''),
    ...unknownSettings(sources.flags.keys(), '--set'),
  ]
  const origins = new Map<string, string>()
  const tree: Tree = {}
  for (const setting of SETTINGS) {
    const { value, origin } = choose(setting, sources, { path: filePath, values: fileValues })
    const problem = problemWith(setting.schema, value)
    if (problem !== undefined) {
      problems.push(`${setting.path} (${origin}) is ${JSON.stringify(value)}, but ${problem}`)
    }
    place(tree, setting.path.split('.'), value)
    origins.set(setting.path, origin)
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  // Every leaf has just been checked against its own schema, and the tree has no others.
  const config = tree as ServerConfig
  config.dataDir = resolve(sources.directory, config.dataDir)
  return { config: freeze(config), origins, notes: unknownVariables(sources.environment) }
}

interface Choice {
  readonly value: unknown
  readonly origin: string
}

function choose(
  setting: Setting,
  sources: ConfigurationSources,
  file: { readonly path: string | undefined; readonly values: ReadonlyMap<string, unknown> },
): Choice {
  const flag = sources.flags.get(setting.path)
  if (flag !== undefined) return { value: valueFromText(setting.schema, flag), origin: 'flag' }
  const variable = sources.environment[setting.environmentName]
  if (variable !== undefined) {
    return { value: valueFromText(setting.schema, variable), origin: setting.environmentName }
  }
  if (file.values.has(setting.path)) {
    return { value: file.values.get(setting.path), origin: file.path ?? '' }
  }
  if (sources.defaults?.has(setting.path) === true) {
    return { value: sources.defaults.get(setting.path), origin: 'default of this mode' }
  }
  return { value: setting.default, origin: 'default' }
}

function unknownSettings(paths: Iterable<string>, origin: string): string[] {
  const known = SETTINGS.map((setting) => setting.path)
  return [...paths]
    .filter((path) => !known.includes(path))
    .map((path) => {
      const suggestion = nearest(path, known)
      const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`
      return `there is no setting ${path} (${origin})${hint}`
    })
}

/**
 * Only noted, never refused: Kubernetes, for one, sets MILLRACE_PORT and MILLRACE_SERVICE_HOST in every
 * pod beside a service of that name.
 */
function unknownVariables(environment: ConfigurationSources['environment']): string[] {
  const known = [...SETTINGS.map((setting) => setting.environmentName), ...OTHER_VARIABLES]
  return Object.keys(environment)
    .filter((name) => name.startsWith('MILLRACE_') && !known.includes(name))
    .map((name) => {
      const suggestion = nearest(name, known)
      const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`
      return `No setting goes by ${name}.${hint}`
    })
}

/** Read elsewhere: the file of `--config`, and the address that commands talk to. */
const OTHER_VARIABLES = ['MILLRACE_CONFIG', 'MILLRACE_SERVER']

interface Tree {
  [name: string]: unknown
}

function place(tree: Tree, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree[name] = structuredClone(value)
    return
  }
  const branch = (tree[name] ?? {}) as Tree
  tree[name] = branch
  place(branch, rest, value)
}

function freeze<T extends object>(tree: T): Readonly<T> {
  for (const branch of Object.values(tree)) {
    if (typeof branch === 'object' && branch !== null) freeze(branch as object)
  }
  return Object.freeze(tree)
}
