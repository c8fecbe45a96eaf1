import { once } from 'node:events'
import { createServer } from 'node:net'
import { findPortHolder, type PortHolder } from './port-holder.ts'

/** Somebody listens there already. */
export class AddressInUseError extends Error {
  override readonly name = 'AddressInUseError'
  readonly host: string
  readonly port: number
  readonly holder: PortHolder | undefined

  constructor(host: string, port: number, holder: PortHolder | undefined) {
    const who =
      holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`
    super(`Port ${port} on ${host} is in use by ${who}.`)
    this.host = host
    this.port = port
    this.holder = holder
  }
}

/** Rejects as listening would: with AddressInUseError, or with what else is wrong with the address. */
export async function expectFree(host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    throw await explained(error, host, port)
  }
  server.close()
  await once(server, 'close')
}

/** Of a failure to listen: who has the port, if that is why. */
export async function explained(error: unknown, host: string, port: number): Promise<unknown> {
  const isInUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  return isInUse ? new AddressInUseError(host, port, await findPortHolder(port)) : error
}
