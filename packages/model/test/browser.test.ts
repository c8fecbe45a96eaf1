import { build } from 'esbuild'
import { createContext, runInContext } from 'node:vm'
import { beforeAll, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { GOLDEN } from './golden.ts'

let script: string
let inputs: readonly string[]

beforeAll(async () => {
  const modules = Object.keys(manifest.exports).map((path, index) => {
    return `import * as m${index} from '@millrace/model/${path.slice(2)}'`
  })
  const names = modules.map((_, index) => `...m${index}`)
  const result = await build({
    stdin: {
      contents: `${modules.join('\n')}\nglobalThis.model = {${names.join(',')}}`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    write: false,
    metafile: true,
  })
  script = result.outputFiles[0]!.text
  inputs = Object.keys(result.metafile.inputs)
})

/** A function in plain JavaScript; what the client bundles does not have it. */
const LIBRARY = '/leven/'

test('everything that the package exports can be bundled for a browser, with no library but one that compares words', () => {
  expect(inputs.length).toBeGreaterThan(Object.keys(manifest.exports).length)
  const ofLibraries = inputs.filter((path) => path.includes('node_modules'))
  expect(ofLibraries.filter((path) => !path.includes(LIBRARY))).toEqual([])
  expect(inputs.filter((path) => /-(node|native)\.ts$/.test(path))).toEqual([])
})

test('it runs where there is no Buffer, no process and no node: module', () => {
  const context = createContext({ TextEncoder, TextDecoder, golden: GOLDEN })
  runInContext(script, context)
  const read = runInContext(
    `golden.map(({ hex }) => {
      const bytes = Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16))
      const header = model.readBatchHeader(bytes)
      if (!model.hasValidCrc(bytes, 0, header)) return 'its CRC is wrong'
      if (!model.canDecompress(header.codec)) return header.codec
      return model.decodeRecords(bytes, 0, header, { maxBytes: 1e6 }).length
    })`,
    context,
  ) as unknown[]
  const expected = GOLDEN.map(({ batches: [batch] }) => {
    const { compression, records } = batch!
    return compression === 'gzip' || compression === 'zstd' ? compression : records.length
  })
  expect([...read]).toEqual(expected)
})
