/** Loaded before the program: as soon as the file named by FDATASYNC_FAILS_WITH is there, the disk is broken. */
import fs from 'node:fs'

const marker = process.env['FDATASYNC_FAILS_WITH'] ?? ''
const { fdatasync } = fs

Object.assign(fs, {
  fdatasync(descriptor: number, done: fs.NoParamCallback) {
    if (!fs.existsSync(marker)) return fdatasync(descriptor, done)
    const failure = { errno: -5, code: 'EIO', syscall: 'fdatasync' }
    return setImmediate(done, Object.assign(new Error('EIO: i/o error, fdatasync'), failure))
  },
})
