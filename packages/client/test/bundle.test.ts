import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('the bundle for browsers holds the client and the words of Millrace, and nothing else', async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/../src/index.ts`],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
  })
  const inputs = Object.keys(metafile.inputs)
  const foreign = inputs.filter((path) => !/(^|\/)(client\/)?src\/|model\/src\//.test(path))
  expect(foreign).toEqual([])
  expect(inputs.some((path) => path.includes('http-api'))).toBe(false)
  // About 39 kB, 14 kB of them on the wire: a page should not notice it.
  expect(outputFiles[0]?.contents.length).toBeLessThan(60_000)
})
