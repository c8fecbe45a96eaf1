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

export async function addressInUse(host: string, port: number): Promise<AddressInUseError> {
  return new AddressInUseError(host, port, await findPortHolder(port))
}
