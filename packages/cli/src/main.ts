#!/usr/bin/env node
import './process-settings.ts'

const NODE_MAJOR_MIN = 24

if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `millrace: this is Node ${process.versions.node}, and Millrace needs ${NODE_MAJOR_MIN} or later.\n` +
      'Install a newer Node (https://nodejs.org), then run the same command again.\n',
  )
  process.exitCode = 1
} else {
  const { run } = await import('./program.ts')
  process.exitCode = await run(process.argv.slice(2))
}
