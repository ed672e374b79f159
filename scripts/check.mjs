// Every check of the repository, cheapest first; one line each, output only on failure. The tests, the house rules among
// them, come last and by the command that the README gives, so that what a newcomer runs is what is checked.
import { spawnSync } from 'node:child_process'

const checks = ['types', 'format', 'lint', 'dead-code', 'test']
let failed = 0
for (const name of checks) {
  const start = performance.now()
  const shown = name === 'test' ? 'inherit' : 'pipe'
  const done = spawnSync('npm', ['run', '--silent', name], {
    encoding: 'utf8',
    stdio: ['ignore', shown, shown],
  })
  if (done.status !== 0) {
    failed++
    process.stdout.write(`${done.stdout ?? ''}${done.stderr ?? ''}`)
  }
  // The test run's own last line, `N passed, N failed`, stays last.
  if (name !== 'test' || done.status !== 0)
    console.error(
      `${done.status === 0 ? 'ok  ' : 'FAIL'} ${name} ${((performance.now() - start) / 1000).toFixed(1)} s`,
    )
}
process.exitCode = failed === 0 ? 0 : 1
