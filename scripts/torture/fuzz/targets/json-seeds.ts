/** Bodies as users send them. */
export const JSON_SEEDS: readonly string[] = [
  '{"value":1}',
  '{"records":[{"key":"k","value":{"a":[1,2.5e-3,-0,true,false,null]}}]}',
  '{"records":[{"keyBase64":"AAEC","valueBase64":"/+8=","timestamp":1700000000000,"partition":3}]}',
  '{"records":[{"key":null,"valueText":"a \\"text\\" \\u00e4 \\ud83d\\ude00 ü","offset":12}]}',
  '{"records":[{"value":null,"headers":[{"name":"trace","value":"a1"},{"name":"b","valueBase64":"AA=="}]}]}',
  '{"records":[{"value":"x","headers":{"trace":"a1","none":null}},{"value":"y"},{"value":"z"}]}',
  ` \t\r\n{ "value" : [ [ [ { } ] ] , "${'long '.repeat(40)}" ] , "key" : "${'k'.repeat(60)}" } `,
  '{"value":"\\u0000\\b\\f\\n\\r\\t\\/\\\\"}',
]

export const JSON_TOKENS: readonly Buffer[] = [
  '{"records":[',
  '"records":',
  '"key":',
  '"keyBase64":',
  '"value":',
  '"valueText":',
  '"valueBase64":',
  '"headers":',
  '"name":',
  '"timestamp":',
  '"partition":',
  '"offset":',
  '"__proto__":',
  '"constructor":',
  '},{',
  '{"value":1},',
  '[[[[[[[[',
  '{"a":{"a":',
  '\\ud800',
  '\\u0000',
  '\\"',
  '1e999',
  '-0',
  '9007199254740993',
  'null',
  'true',
  '\n',
  '\ufeff',
  '"AAAA"',
].map((text) => Buffer.from(text))

/** Of a quarter of a megabyte, most of them. */
export function largeBodies(): readonly Buffer[] {
  const names = Array.from({ length: 8_000 }, (_, index) => `"n${index}":"v"`)
  const headers = `{"value":1,"headers":{${names.join(',')}}}`
  return [
    headers,
    `{"value":"${'\\n'.repeat(125_000)}"}`,
    `{"value":${'['.repeat(250_000)}`,
    `{"value":"${'x'.repeat(250_000)}`,
    `{"records":[${'{"value":1},'.repeat(20_000)}{"value":1}]}`,
    `{"valueBase64":"${'AAAA'.repeat(62_500)}"}`,
    '{"value":1}\n'.repeat(1_000),
    ' \n'.repeat(125_000),
  ].map((text) => Buffer.from(text))
}
