// Has the real Fairlearn and Evidently, today's and those of old versions, write what teams keep of them, and takes
// it in by the real program after an assessment of the same data, made from a seed chosen now: every number that both
// have must agree to 1e-9.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/imports.mjs [--seed N])
// With --write-reference it renews the files that the tests read instead.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'
import {
  importedCase,
  importedSystem,
  importReadings,
} from '../../tests/imported/imported-case.fixture.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const referencePath = join(root, 'packages/platform/src/assess/imported/peer-files.reference.json')
const referenceSeed = 20_261_121
const writers = {
  fairlearn: ['python', 'imports_fairlearn.py'],
  'fairlearn-old': ['fairlearn-old', 'imports_fairlearn_old.py'],
  evidently: ['evidently', 'imports_evidently.py'],
  'evidently-old': ['evidently-old', 'imports_evidently_old.py'],
}

/** The files that the peers write, by peer and name. */
function askPeers(data) {
  return Object.fromEntries(
    Object.entries(writers).map(([peer, [environment, name]]) => {
      return [peer, askPeerScript(environment, name, data)]
    }),
  )
}

function proofhouse(...args) {
  const program = join(root, 'packages/platform/bin/proofhouse.mjs')
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, 'write-reference': { type: 'boolean' } },
})
if (options['write-reference']) {
  const files = askPeers(importedCase(referenceSeed))
  writeFileSync(referencePath, `${JSON.stringify({ seed: referenceSeed, files }, null, 1)}\n`)
  process.stdout.write(`wrote ${referencePath}\n`)
} else {
  const seed = Number(options.seed ?? randomInt(2 ** 31))
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`)
  const data = importedCase(seed)
  const files = askPeers(data)
  const folder = mkdtempSync(join(tmpdir(), 'proofhouse-imports-'))
  const system = join(folder, 'proofhouse.yaml')
  for (const [name, text] of Object.entries(data)) writeFileSync(join(folder, `${name}.csv`), text)
  writeFileSync(system, importedSystem)
  const assessed = proofhouse('assess', system)
  if (assessed.status !== 0) throw new Error(assessed.stderr)
  let failed = 0
  for (const { peer, name, args, compared } of importReadings) {
    const path = join(folder, `${peer}-${name}.json`)
    writeFileSync(path, files[peer][name])
    const kind = peer.replace('-old', '')
    const ran = proofhouse('import', kind, path, '--config', system, '--json', ...args)
    const said = JSON.parse(ran.stdout)
    const agreed = said.compared?.filter(({ agrees }) => agrees).length ?? 0
    const isRight =
      compared === null
        ? said.error !== undefined
        : agreed === compared && said.compared.length === compared
    failed += Number(!isRight)
    process.stdout.write(
      `${peer} ${name}: ${said.error?.code ?? `${agreed} of ${said.compared.length} agree, ${said.results.length} imported`}${isRight ? '' : ' WRONG'}\n`,
    )
    if (!isRight) process.stdout.write(`${ran.stdout.slice(0, 2_000)}\n`)
  }
  rmSync(folder, { recursive: true })
  process.stdout.write(`${importReadings.length - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
