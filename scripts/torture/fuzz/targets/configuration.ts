import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfiguration, SETTINGS } from '@millrace/server/config'
import { ConfigurationError } from '@millrace/server/configuration-error'
import type { FuzzTarget } from '../fuzz-target.ts'

export const configuration: FuzzTarget = {
  name: 'configuration',
  about: 'the configuration, as its file, as a flag and as a variable',
  modules: ['server/src/config.ts', 'configuration-file.ts', 'settings.ts', 'nearest.ts'],
  // Its owner writes it, it is read once, and YAML takes its time.
  msMax: 1_000,
  tokens: [
    ...SETTINGS.flatMap(({ path }) => [`${path}: `, `${path.split('.').at(-1) ?? ''}: `]),
    '&a ',
    '*a',
    '<<: ',
    '!!binary ',
    '!!set ',
    '? ',
    '- ',
    '|\n',
    '{',
    '}',
    '[',
    ']',
    '\n  ',
    '~',
    '.inf',
    '0x10',
    '1e3',
    '__proto__: ',
    '---\n',
    '%YAML 1.1\n',
    '\t',
    '"\\u0000"',
  ].map((text) => Buffer.from(text)),
  seeds: () => SEEDS.map((text) => Buffer.from(text)),
  run(input, directory) {
    const path = join(directory, 'fuzzed.yaml')
    writeFileSync(path, input)
    const text = input.toString()
    load({ flags: new Map(), environment: { MILLRACE_CONFIG: path } })
    const [name = 'http.port', value = ''] = text.split(/[:=]\s?/, 2)
    load({ flags: new Map([[name, value]]), environment: {} })
    const setting = SETTINGS[input.length % SETTINGS.length]
    load({ flags: new Map(), environment: { [setting?.environmentName ?? '']: text } })
  },
}

function load(
  sources: Pick<Parameters<typeof loadConfiguration>[0], 'environment' | 'flags'>,
): void {
  try {
    const { config } = loadConfiguration({ ...sources, directory: '/' })
    if (!Object.isFrozen(config.http)) throw new Error('What was taken can be changed.')
  } catch (error) {
    if (error instanceof ConfigurationError && error.problems.length > 0) return
    throw error
  }
}

// What YAML has to say of such a file is for people, and there are thousands of them.
process.removeAllListeners('warning')

const SEEDS = [
  'dataDir: /var/lib/millrace\nhost: 127.0.0.1\nlogLevel: debug\n',
  'http:\n  port: 7070\n  allowedHosts: [a, b]\n  allowedOrigins:\n    - https://example.org\n',
  '{"broker":{"topicDefaults":{"retentionMs":-1,"segmentBytes":1048576},"autoCreateTopics":true}}',
  'storage:\n  minFreeBytes: 0\n  journalSlotBytes: 1048576\nbroker: {defaultPartitions: 3}\n',
  'a: &a {port: 1}\nhttp: *a\nonStorageFailure: read-only\n',
  'http.port: 80\n',
  'a: &a {port: 1}\nhttp: &b {port: *a}\n',
]
