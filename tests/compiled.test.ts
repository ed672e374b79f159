// The compiled program: it does what its sources do, threads and confined processes of its own included, and is never run
// once they have changed.

import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compiledProgram, listOf } from '../packages/platform/bin/compiled.mjs'
import { example, newFolder, type Ran } from './assess/run-program.fixture.ts'

const root = join(import.meta.dirname, '..')
// Beside the program's own, where the packages that are not compiled are found.
mkdirSync(join(root, 'packages/platform/.ph-test'), { recursive: true })
const folder = mkdtempSync(join(root, 'packages/platform/.ph-test/compiled-'))
const compiled = join(folder, 'program')

function run(...args: readonly string[]): Ran {
  const done = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  return { status: done.status, out: done.stdout, err: done.stderr }
}

beforeAll(() => {
  const { status, err } = run(join(root, 'scripts/compile.mjs'), compiled)
  if (status !== 0) throw new Error(err)
})

afterAll(() => rmSync(folder, { recursive: true }))

test('it scans, and assesses with a model in a confined process', () => {
  const address = compiledProgram(compiled)
  if (address === null) throw new Error('what has just been compiled is that of its sources')
  const program = fileURLToPath(address)
  writeFileSync(join(folder, 'model.pkl'), "cos\nsystem\n(S'echo pwned'\ntR.")
  expect(run(program, 'scan', 'model.pkl')).toMatchObject({ status: 1 })
  const system = join(example, 'proofhouse.yaml')
  const assessed = run(program, 'assess', system, '--out', 'work', '--json')
  expect(assessed.err).toBe('')
  expect(JSON.parse(assessed.out)).toMatchObject({ verdict: 'warn' })
})

test('the page that verifies is the same as from source', () => {
  const page = (program: string) => run(program, 'receipt', 'page', '--out', 'page.html', '--json')
  const [made, source] = ['main.js', '../../../src/main.ts'].map((of) => page(join(compiled, of)))
  expect(made?.err).toBe('')
  expect(made?.out).toMatch(/"sha256":"[0-9a-f]{64}"/)
  expect(source?.out).toBe(made?.out)
})

test('it hashes in threads', () => {
  const [of, part] = [join(folder, 'weights.bin'), new Uint8Array(32 * 2 ** 20)]
  writeFileSync(of, part)
  const key = join(folder, 'key.pem')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const program = join(compiled, 'main.js')
  mkdirSync(join(folder, 'model'))
  for (const name of ['a', 'b']) copyFileSync(of, join(folder, 'model', name))
  expect(run(program, 'sign', 'model', '--key', key, '--signature', 'model.sig').err).toBe('')
})

test('a source that changed, that is gone, and a list that is not there: none is run', () => {
  const place = newFolder()
  const sources = ['one.ts', 'a name with spaces.ts'].map((name) => join(place, name))
  const [first = '', second = ''] = sources
  for (const path of sources) writeFileSync(path, 'export {}\n')
  expect(compiledProgram(place)).toBeNull()
  writeFileSync(join(place, 'sources.txt'), listOf(sources))
  expect(compiledProgram(place)).toMatch(/^file:.*\/main\.js$/)
  utimesSync(second, new Date(), new Date(0))
  expect(compiledProgram(place)).toBeNull()
  writeFileSync(join(place, 'sources.txt'), listOf(sources))
  writeFileSync(first, `${readFileSync(first, 'utf8')}//\n`)
  expect(compiledProgram(place)).toBeNull()
  writeFileSync(join(place, 'sources.txt'), listOf(sources))
  rmSync(first)
  expect(compiledProgram(place)).toBeNull()
  rmSync(place, { recursive: true })
})
