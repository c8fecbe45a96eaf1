/** Names in the order of their code units, so that those with one beginning stand together. */
export class SortedNames {
  readonly #names: string[]

  constructor(names: Iterable<string>) {
    this.#names = [...names].sort(compare)
  }

  add(name: string): void {
    const at = this.#floor(name)
    if (this.#names[at] !== name) this.#names.splice(at, 0, name)
  }

  remove(name: string): void {
    const at = this.#floor(name)
    if (this.#names[at] === name) this.#names.splice(at, 1)
  }

  /** Those that begin with `prefix`. */
  *from(prefix: string): Generator<string> {
    for (let at = this.#floor(prefix); at < this.#names.length; at++) {
      const name = this.#names[at]
      if (name === undefined || !name.startsWith(prefix)) return
      yield name
    }
  }

  /** The first place whose name is not below `name`. */
  #floor(name: string): number {
    let low = 0
    let high = this.#names.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#names[middle] ?? '') < name) low = middle + 1
      else high = middle
    }
    return low
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
