/** Takes the lock at the given path, says so on standard output, and holds it until it is killed. */
import { acquireLock } from '../src/lock.ts'

const [, , path] = process.argv
if (path === undefined) throw new Error('Which lock?')
await acquireLock(path)
process.stdout.write('held\n')
setInterval(() => {}, 60_000)
