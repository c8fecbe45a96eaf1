/** Imported first, for its effect: what has to be settled before anything of the process is used. */
import { setFlagsFromString } from 'node:v8'
import { keepCompiled } from './compile-cache.ts'

// Before anything uses the thread pool: a journal sync must never wait for a thread.
process.env['UV_THREADPOOL_SIZE'] ??= '16'

// Bodies and answers are memory outside the heap. Counted apart from it, every 64 MiB of them is a full collection,
// many times a second under load. Counted together, both may double before the next: decision 0011.
setFlagsFromString('--external-memory-accounted-in-global-limit')
setFlagsFromString('--heap-growing-percent=100')

keepCompiled()
