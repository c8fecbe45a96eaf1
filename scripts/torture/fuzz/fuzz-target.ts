/** Something that reads bytes which anybody may have made. */
export interface FuzzTarget {
  /** Of the attack: `fuzz-<name>`. */
  readonly name: string
  /** What is read, as the end of "bytes that are given to". */
  readonly about: string
  /** Sound inputs, from which others are made. */
  readonly seeds: () => readonly Buffer[]
  /** Large ones, each tried once: what takes quadratic time, or makes much of little, shows in them. */
  readonly large?: () => readonly Buffer[]
  /** Pieces of text or bytes that mean something to it. */
  readonly tokens: readonly Buffer[]
  /** Ends of the addresses of the modules in which new ground is looked for. */
  readonly modules: readonly string[]
  /** Makes checksums right again, for most inputs. It may change the bytes in place. */
  readonly mend?: (input: Buffer) => void
  /** Of the processor for each 64 KiB, where more than 50 is no harm. */
  readonly msMax?: number
  /** Throws when the input is answered with anything but a result or an expected refusal. */
  readonly run: (input: Buffer, directory: string) => void | Promise<void>
}

/** What was given, so that it can be kept and given again. */
export class FuzzFinding extends Error {
  override readonly name = 'FuzzFinding'
  readonly input: Buffer

  constructor(what: string, input: Buffer, cause?: unknown) {
    const shown = input.subarray(0, SHOWN_BYTES_MAX).toString('base64')
    super(`${what} The input has ${input.length} bytes, and begins in base64: ${shown}`, { cause })
    this.input = input
  }
}

const SHOWN_BYTES_MAX = 6_000
