import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('the bundle for browsers holds the client and the words of Millrace, and nothing else', async () => {
  const { inputs, bytes } = await bundle('index.ts')
  const foreign = inputs.filter((path) => !/(^|\/)(client\/)?src\/|model\/src\//.test(path))
  expect(foreign).toEqual([])
  expect(inputs.some((path) => /http-api|avro/.test(path))).toBe(false)
  // About 64 kB, 21 kB of them on the wire: a page should not notice it.
  expect(bytes).toBeLessThan(66_000)
})

test('that of Avro has its schemas and data besides, and no library', async () => {
  const { inputs, bytes } = await bundle('avro.ts')
  expect(inputs.filter((path) => /node_modules|-node\.ts|http-api/.test(path))).toEqual([])
  expect(inputs.some((path) => path.includes('avro/src/avro-codec.ts'))).toBe(true)
  expect(bytes).toBeLessThan(60_000)
})

async function bundle(entry: string) {
  const { metafile, outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/../src/${entry}`],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
  })
  return { inputs: Object.keys(metafile.inputs), bytes: outputFiles[0]?.contents.length }
}
