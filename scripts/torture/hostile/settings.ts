/** Of a server under hostile requests: little room for bodies, so that it runs out, and topics made by being named. */
export const HOSTILE_SETTINGS = {
  'storage.reserveBytes': '0',
  'storage.minFreeBytes': '0',
  'http.bodiesInFlightMaxBytes': String(8 * 1024 * 1024),
  'broker.autoCreateTopics': 'true',
  logLevel: 'fatal',
}
