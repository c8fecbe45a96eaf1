import { describe, expect, test } from 'vitest'
import { HttpConfigSchema, parseHttpConfig } from '../src/config.ts'

describe('the configuration', () => {
  test('is complete, frozen, and on loopback when nothing is said', () => {
    const config = parseHttpConfig({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 7070,
      allowedOrigins: [],
      bodyMaxBytes: 8 * 1024 * 1024,
    })
    expect(Object.keys(config).toSorted(byText)).toEqual(
      Object.keys(HttpConfigSchema.properties).toSorted(byText),
    )
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('explains each of its settings', () => {
    for (const [name, schema] of Object.entries(HttpConfigSchema.properties)) {
      expect(schema, name).toHaveProperty('description', expect.stringMatching(/\.$/))
    }
  })

  test.each([
    [{ port: 70_000 }, 'http/port'],
    [{ port: '7070' }, 'http/port'],
    [{ allowedOrigins: ['*'] }, 'http/allowedOrigins/0'],
    [{ allowedOrigins: ['https://a.example/'] }, 'http/allowedOrigins/0'],
    [{ bodyMaxBytes: 16 * 1024 * 1024 }, 'http/bodyMaxBytes'],
    [{ prot: 1 }, 'http/prot'],
  ])('%j is refused at %s', (input, place) => {
    expect(() => parseHttpConfig(input)).toThrow(new RegExp(`^${place}: `))
  })
})

function byText(a: string, b: string): number {
  return a.localeCompare(b)
}
