import { describe, expect, test } from 'vitest'
import { isLoopback } from '../src/loopback.ts'
import { expectOwnHost, expectOwnOrigin } from '../src/origin.ts'

const LOOPBACK = {
  host: '127.0.0.1',
  allowedHosts: ['millrace.test'],
  allowedOrigins: ['https://console.test'],
}
const NETWORK = { ...LOOPBACK, host: '0.0.0.0' }
const OPEN_NETWORK = { ...NETWORK, allowedHosts: [] }

describe('on loopback the server goes by', () => {
  test.each([
    'localhost',
    'localhost:7070',
    'LOCALHOST',
    'a.localhost',
    '127.0.0.1:80',
    '127.9.9.9',
    '[::1]:7070',
    'millrace.test:7070',
  ])('%s', (host) => expect(() => expectOwnHost(LOOPBACK, headers({ host }))).not.toThrow())

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.0.1',
    '0.0.0.0',
    '',
  ])('not %j', (host) =>
    expect(() => expectOwnHost(LOOPBACK, headers({ host }))).toThrow('This server does not go by'),
  )
})

test('elsewhere it goes by the names it was given, or by any when it was given none', () => {
  expect(() => expectOwnHost(NETWORK, headers({ host: 'evil.example' }))).toThrow('does not go by')
  expect(() => expectOwnHost(NETWORK, headers({ host: 'localhost' }))).toThrow('does not go by')
  expect(() => expectOwnHost(NETWORK, headers({ host: 'millrace.test' }))).not.toThrow()
  expect(() => expectOwnHost(OPEN_NETWORK, headers({ host: 'anything.example' }))).not.toThrow()
})

describe('a request that may change something', () => {
  test.each([
    { host: 'localhost:7070' },
    { host: 'localhost:7070', origin: 'http://localhost:7070', site: 'same-origin' },
    { host: 'localhost:7070', origin: 'http://localhost:7070', site: 'none' },
    { host: 'localhost:7070', origin: 'https://console.test', site: 'cross-site' },
  ])('passes from %j', (from) => {
    expect(() => expectOwnOrigin(LOOPBACK, 'POST', headers(from))).not.toThrow()
  })

  test.each([
    { host: 'localhost:7070', origin: 'http://evil.example' },
    { host: 'localhost:7070', origin: 'http://localhost:3000', site: 'same-site' },
    { host: 'localhost:7070', origin: 'null' },
    { host: 'localhost:7070', origin: 'nonsense' },
    { host: 'localhost:7070', site: 'cross-site' },
    { host: 'localhost:7070', site: 'same-site' },
    { host: 'localhost:7070', origin: 'https://console.test.evil.example' },
  ])('is refused from %j, unless it only reads', (from) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect(() => expectOwnOrigin(LOOPBACK, method, headers(from)), method).toThrow(
        'another origin',
      )
    }
    expect(() => expectOwnOrigin(LOOPBACK, 'GET', headers(from))).not.toThrow()
  })
})

test('loopback is what only this machine reaches', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost'])
    expect(isLoopback(host), host).toBe(true)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.0.0.1.example.org', '']) {
    expect(isLoopback(host), host).toBe(false)
  }
})

function headers(from: { host?: string; origin?: string; site?: string }) {
  return { host: undefined, origin: undefined, site: undefined, ...from }
}
