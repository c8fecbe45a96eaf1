import type { ServerProcess } from '../../bench/server-process.ts'

/** Throws unless a produce and a fetch work as ever. */
export async function expectWorks({ url }: ServerProcess): Promise<void> {
  const topic = `${url}/v1/topics/afterwards`
  // Each takes most of the room that there is for all bodies.
  for (let count = 0; count < 3; count++) {
    await expectTaken(`${topic}/records`, `${' '.repeat(6_000_000)}{"value":"still here"}`)
  }
  const fetched = await fetch(`${topic}/partitions/0/records?offset=0`)
  const text = await fetched.text()
  if (!fetched.ok || !text.includes('still here')) {
    throw new Error(`Afterwards a fetch answers ${text}`)
  }
}

async function expectTaken(url: string, body: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Afterwards a produce is answered with ${text}`)
}
