/** How many files `OpenFiles` may hold: half of what the process may have. The rest is for connections. */
export function openFilesLimit(): number {
  // Once: to ask takes milliseconds.
  known ??= Math.min(OPEN_FILES_MAX, Math.floor(processLimit() / 2))
  return known
}

let known: number | undefined

/** More would only cost kernel memory. */
const OPEN_FILES_MAX = 8192
/** Where it cannot be known: what every system gives. */
const PROCESS_LIMIT_MIN = 256

/** What `ulimit -n` says; Node has raised it to the hard limit when it started. */
function processLimit(): number {
  const report: object = process.report.getReport()
  if (!('userLimits' in report) || !isObject(report.userLimits)) return PROCESS_LIMIT_MIN
  const { userLimits } = report
  if (!('open_files' in userLimits) || !isObject(userLimits.open_files)) return PROCESS_LIMIT_MIN
  const { open_files: limits } = userLimits
  if (!('soft' in limits)) return PROCESS_LIMIT_MIN
  if (limits.soft === 'unlimited') return Infinity
  return typeof limits.soft === 'number' ? limits.soft : PROCESS_LIMIT_MIN
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
