import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Keeps what Node makes of the program's sources, so that the next command starts sooner: in half the time from a
 * clone, where types are taken out first. In `$XDG_CACHE_HOME/millrace/compiled`, or `~/.cache`: a directory of the
 * user's own, since whoever can write there decides what runs. `NODE_COMPILE_CACHE` names another one,
 * `NODE_DISABLE_COMPILE_CACHE=1` does without.
 */
export function keepCompiled(): void {
  const home = cacheHome()
  // Without a directory that can be written to, Node does without; and one before 22.8 knows no such thing.
  if (home !== undefined) module.enableCompileCache?.(join(home, 'millrace', 'compiled'))
}

function cacheHome(): string | undefined {
  const named = process.env['XDG_CACHE_HOME']
  if (named) return named
  try {
    return join(homedir(), '.cache')
  } catch {
    // A user whom the system does not know has no home.
    return undefined
  }
}
