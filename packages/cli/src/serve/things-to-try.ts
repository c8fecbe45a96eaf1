/** What to paste into another terminal first, in this order. */
export function thingsToTry(address: string): string {
  const api = `${address}/v1`
  const record = `'{"key":"user-1","value":{"page":"/","ms":12}}'`
  const commit = `'{"offsets":[{"topic":"visits","partition":0,"offset":1}]}'`
  return [
    'Try, in another terminal:',
    `  curl --json ${record} ${api}/topics/visits/records`,
    `  curl '${api}/topics/visits/partitions/0/records?offset=earliest'`,
    `  curl --json ${commit} ${api}/groups/reports/offsets`,
    '',
  ].join('\n')
}
