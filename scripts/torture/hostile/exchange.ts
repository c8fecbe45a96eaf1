import { connect } from 'node:net'

/** Sends bytes, in a few pieces, and takes what comes until the connection ends or the patience does. */
export function exchange(
  port: number,
  pieces: readonly Buffer[],
  patienceMs: number,
): Promise<Buffer> {
  return new Promise((resolve) => {
    const answers: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1' })
    const timer = setTimeout(() => socket.destroy(), patienceMs)
    socket.on('data', (piece) => answers.push(Buffer.from(piece)))
    // A server that hangs up on such a client is within its rights.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(answers))
    })
    const sendNext = (index: number): void => {
      const piece = pieces[index]
      if (piece !== undefined && socket.writable)
        socket.write(piece, () => setImmediate(sendNext, index + 1))
    }
    sendNext(0)
  })
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** The answers one after the other, as far as they can be told apart. */
export function answersIn(bytes: Buffer): readonly Answer[] {
  const parts = bytes.toString('latin1').split(/(?=HTTP\/1\.1 \d{3} )/)
  return parts
    .filter((part) => part.startsWith('HTTP/1.1 '))
    .map((text) => ({
      status: Number(text.slice(9, 12)),
      type: /^content-type: *([^\r\n;]*)/im.exec(text)?.[1] ?? '',
      text,
    }))
}
