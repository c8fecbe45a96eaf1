import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'

/**
 * Lines on standard error: JSON for a program that collects them, readable on a terminal. Written at once, so
 * that the last words of a process are not lost.
 */
export function createProcessLogger(level: string): Logger {
  if (!process.stderr.isTTY) {
    const formatters = { level: (label: string) => ({ level: label }) }
    const timestamp = pino.stdTimeFunctions.isoTime
    const destination = pino.destination({ dest: STANDARD_ERROR, sync: true })
    return pino({ level, base: null, timestamp, formatters }, destination)
  }
  const readable = pretty({
    destination: STANDARD_ERROR,
    sync: true,
    singleLine: true,
    colorize: !process.env['NO_COLOR'],
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
  })
  return pino({ level, base: null }, readable)
}

const STANDARD_ERROR = 2
