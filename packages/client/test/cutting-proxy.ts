import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy extends AsyncDisposable {
  readonly url: string
  /** Connections that it has cut. */
  readonly cuts: number
}

/** How many bytes of each direction a connection lets through before both its ends are cut. */
export interface Cut {
  readonly afterSent?: number
  readonly afterReceived?: number
}

/** A TCP proxy that cuts its n-th connection (from 0) as `cutOf` says; undefined: not at all. */
export async function startProxy(
  target: string,
  cutOf: (connection: number) => Cut | undefined,
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let connections = 0
  let cuts = 0
  const server = createServer((client) => {
    const cut = cutOf(connections++)
    const upstream = connect(Number(port), hostname)
    const both = [client, upstream]
    const destroyBoth = (): void => both.forEach((socket) => socket.destroy())
    for (const socket of both) {
      sockets.add(socket)
      socket.on('error', destroyBoth)
      socket.on('close', destroyBoth)
    }
    const cutBoth = (): void => {
      cuts++
      destroyBoth()
    }
    forward(client, upstream, cut?.afterSent ?? Infinity, cutBoth)
    forward(upstream, client, cut?.afterReceived ?? Infinity, cutBoth)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: ownPort } = server.address() as AddressInfo
  return {
    // The server checks the name that it is called by: a loopback address is fine.
    url: `http://127.0.0.1:${ownPort}`,
    get cuts() {
      return cuts
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function forward(from: Socket, to: Socket, limit: number, cut: () => void): void {
  let passed = 0
  from.on('data', (bytes: Buffer) => {
    const rest = limit - passed
    passed += bytes.length
    if (bytes.length < rest) {
      to.write(bytes)
      return
    }
    // What came before the cut is let through; nobody hears of the rest.
    if (rest > 0) to.write(bytes.subarray(0, rest), cut)
    else cut()
  })
}
