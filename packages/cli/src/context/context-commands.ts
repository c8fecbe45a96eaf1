import { nearest } from '@millrace/model/nearest'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { parseServerUrl } from '../server-address.ts'
import { type Contexts, readContexts, writeContexts } from './contexts-file.ts'

export async function listContexts({ output }: Invocation): Promise<void> {
  const contexts = await readContexts()
  const rows = [...contexts.urls].map(([name, url]) => ({
    name,
    url,
    current: name === contexts.current,
  }))
  if (rows.length === 0) output.note('No contexts yet. Add one: millrace context add NAME URL')
  await output.list(rows, [
    { title: 'current', of: (row) => (row.current ? '*' : '') },
    { title: 'name', of: (row) => row.name },
    { title: 'url', of: (row) => row.url },
  ])
}

export async function addContext({ output }: Invocation, name: string, url: string): Promise<void> {
  const contexts = await readContexts()
  const address = parseServerUrl(url, 'the second argument')
  const current = contexts.current ?? name
  await writeContexts({ current, urls: new Map([...contexts.urls, [name, address]]) })
  output.note(
    current === name
      ? `${name} is ${address}, and the current context.`
      : `${name} is ${address}. To talk to it: millrace context use ${name}`,
  )
}

export async function useContext({ output }: Invocation, name: string): Promise<void> {
  const contexts = await readContexts()
  const url = knownUrl(contexts, name)
  await writeContexts({ ...contexts, current: name })
  output.note(`From now on: ${url}`)
}

export async function removeContext({ output }: Invocation, name: string): Promise<void> {
  const contexts = await readContexts()
  knownUrl(contexts, name)
  const urls = new Map([...contexts.urls].filter(([other]) => other !== name))
  const wasCurrent = contexts.current === name
  await writeContexts({ current: wasCurrent ? undefined : contexts.current, urls })
  output.note(
    wasCurrent ? `${name} is forgotten; no context is current now.` : `${name} is forgotten.`,
  )
}

function knownUrl(contexts: Contexts, name: string): string {
  const url = contexts.urls.get(name)
  if (url !== undefined) return url
  const suggestion = nearest(name, [...contexts.urls.keys()])
  throw new CommandFailure(EXIT.notFound, {
    message: `There is no context ${name}.`,
    next:
      suggestion === undefined
        ? 'To see those there are: millrace context ls'
        : `Did you mean ${suggestion}? To see all: millrace context ls`,
  })
}
