import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { loadConfiguration, SETTINGS, type ConfigurationSources } from '../src/config.ts'
import { ConfigurationError } from '../src/configuration-error.ts'

const DIRECTORY = '/home/somebody'

function load(sources: Partial<ConfigurationSources> = {}) {
  return loadConfiguration({
    flags: new Map(),
    environment: {},
    directory: DIRECTORY,
    ...sources,
  })
}

function problemsOf(sources: Partial<ConfigurationSources>): readonly string[] {
  try {
    load(sources)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

async function withFile<T>(text: string, use: (path: string) => T): Promise<T> {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'millrace.yaml')
  await writeFile(path, text)
  return use(path)
}

describe('layers', () => {
  test('without anything said, the server is on loopback, port 7070, with its data in ./data', () => {
    const { config, origins } = load()
    expect(config.host).toBe('127.0.0.1')
    expect(config.http.port).toBe(7070)
    expect(config.dataDir).toBe(join(DIRECTORY, 'data'))
    expect(new Set(origins.values())).toEqual(new Set(['default']))
  })

  test('a flag wins over the environment, the environment over the file, the file over the default', async () => {
    const file = 'http:\n  port: 1001\n  heartbeatMs: 1001\nlogLevel: debug\n'
    const { config, origins } = await withFile(file, (path) =>
      load({
        file: path,
        environment: { MILLRACE_HTTP_PORT: '1002', MILLRACE_LOG_LEVEL: 'warn' },
        flags: new Map([['http.port', '1003']]),
      }),
    )
    expect(config.http.port).toBe(1003)
    expect(config.logLevel).toBe('warn')
    expect(config.http.heartbeatMs).toBe(1001)
    expect(origins.get('http.port')).toBe('flag')
    expect(origins.get('logLevel')).toBe('MILLRACE_LOG_LEVEL')
    expect(origins.get('http.heartbeatMs')).toMatch(/millrace\.yaml$/)
    expect(origins.get('http.keepAliveTimeoutMs')).toBe('default')
  })

  test('what a mode of the program prefers gives way to everything that somebody said', () => {
    const defaults = new Map([['broker.autoCreateTopics', true]])
    expect(load({ defaults }).config.broker.autoCreateTopics).toBe(true)
    const environment = { MILLRACE_BROKER_AUTO_CREATE_TOPICS: 'false' }
    expect(load({ defaults, environment }).config.broker.autoCreateTopics).toBe(false)
  })

  test('the file may be JSON, and may be named by MILLRACE_CONFIG', async () => {
    const { config } = await withFile('{"http":{"port":99}}', (path) =>
      load({ environment: { MILLRACE_CONFIG: path } }),
    )
    expect(config.http.port).toBe(99)
  })

  test('an empty file says nothing', async () => {
    const { config } = await withFile('# nothing yet\n', (path) => load({ file: path }))
    expect(config.http.port).toBe(7070)
  })

  test('the configuration is frozen at every level', () => {
    const { config } = load()
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.http)).toBe(true)
    expect(Object.isFrozen(config.http.allowedOrigins)).toBe(true)
    expect(Object.isFrozen(config.broker.topicDefaults)).toBe(true)
  })

  test('a list is given as text with commas, or as JSON', () => {
    const origins = (text: string) =>
      load({ flags: new Map([['http.allowedOrigins', text]]) }).config.http.allowedOrigins
    expect(origins('https://a.example, https://b.example')).toEqual([
      'https://a.example',
      'https://b.example',
    ])
    expect(origins('["https://a.example"]')).toEqual(['https://a.example'])
    expect(origins('')).toEqual([])
  })
})

describe('refusals', () => {
  test('a mapping that contains itself is refused by name', async () => {
    const file = 'http: &a\n  port: &b {c: *a, d: *b}\n'
    expect(await withFile(file, (path) => problemsOf({ file: path }))).toEqual([
      expect.stringContaining('http.port.c contains itself'),
    ])
  })

  test('a file that is far too long is refused before it is read as YAML', async () => {
    const file = '{"a":{"b":1}}'.repeat(6_000)
    expect(await withFile(file, (path) => problemsOf({ file: path }))).toEqual([
      expect.stringMatching(/has 65536 characters at most, this one 78000$/),
    ])
  })

  test('an unknown setting is refused by name, with the nearest one', async () => {
    expect(await withFile('http:\n  prot: 1\n', (path) => problemsOf({ file: path }))).toEqual([
      expect.stringMatching(
        /no setting http\.prot \(.*millrace\.yaml\); did you mean http\.port\?/,
      ),
    ])
    expect(problemsOf({ flags: new Map([['logLevl', 'info']]) })).toEqual([
      'there is no setting logLevl (--set); did you mean logLevel?',
    ])
  })

  test('every problem is told at once, with where the value came from', () => {
    expect(
      problemsOf({
        environment: { MILLRACE_HTTP_PORT: '70000', MILLRACE_LOG_LEVEL: 'loud' },
        flags: new Map([['broker.autoCreateTopics', 'yes']]),
      }),
    ).toEqual([
      'logLevel (MILLRACE_LOG_LEVEL) is "loud", but must be one of trace, debug, info, warn, error, fatal, silent',
      'http.port (MILLRACE_HTTP_PORT) is 70000, but must be <= 65535',
      'broker.autoCreateTopics (flag) is "yes", but must be boolean',
    ])
  })

  test('a file that is absent, not YAML, or not a mapping is refused', async () => {
    expect(problemsOf({ file: 'absent.yaml' })).toEqual([
      expect.stringContaining('/home/somebody/absent.yaml: the configuration file cannot be read'),
    ])
    expect(await withFile('a: [', (path) => problemsOf({ file: path }))).toEqual([
      expect.stringContaining('this is not YAML'),
    ])
    expect(await withFile('- 1\n', (path) => problemsOf({ file: path }))).toEqual([
      expect.stringContaining('a mapping of settings is expected'),
    ])
  })

  test('a variable that no setting goes by is noted, and stops nothing', () => {
    const { notes } = load({
      environment: { MILLRACE_HTTP_PROT: '1', MILLRACE_SERVER: 'http://x', OTHER: '1' },
    })
    expect(notes).toEqual([
      'No setting goes by MILLRACE_HTTP_PROT. Did you mean MILLRACE_HTTP_PORT?',
    ])
  })
})

test('no two settings share a path or a name in the environment', () => {
  expect(new Set(SETTINGS.map((setting) => setting.path)).size).toBe(SETTINGS.length)
  expect(new Set(SETTINGS.map((setting) => setting.environmentName)).size).toBe(SETTINGS.length)
  expect(SETTINGS.map((setting) => setting.environmentName)).toContain('MILLRACE_DATA_DIR')
})
