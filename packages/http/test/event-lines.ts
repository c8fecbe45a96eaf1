/** A stream's answer, piece by piece, as a reader of it sees it. */
export interface ServerEvent {
  readonly id?: string
  readonly event?: string
  readonly data?: string
}

/** Reads `response` until `separator`, again and again; ends with the answer. */
export async function* partsOf(
  response: Response,
  separator: string,
): AsyncGenerator<string, void, void> {
  let left = ''
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    left += piece
    const parts = left.split(separator)
    left = parts.pop() ?? ''
    yield* parts
  }
  if (left !== '') throw new Error(`The stream ended within ${JSON.stringify(left)}.`)
}

export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent, void, void> {
  for await (const part of partsOf(response, '\n\n')) {
    yield Object.fromEntries(
      part.split('\n').map((line) => {
        const colon = line.indexOf(': ')
        return [line.slice(0, colon), line.slice(colon + 2)]
      }),
    )
  }
}

export async function take<T>(stream: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < count) {
    const { done, value } = await stream.next()
    if (done === true) throw new Error(`The stream ended after ${taken.length} of ${count}.`)
    taken.push(value)
  }
  return taken
}
