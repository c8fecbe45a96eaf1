/**
 * Imported into a server before its own program: whoever started it holds the other end of its standard input, and
 * when that one is gone, also by a kill, the server is too.
 */
import process from 'node:process'

process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL')).resume()
process.stdin.unref()
