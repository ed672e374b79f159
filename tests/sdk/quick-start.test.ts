// The quick start of docs/guides/sdk.md, as it stands there, with the declaration of docs/decisions.md, against a real `decisions serve`.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { afterAll, expect, test } from 'vitest'
import { newFolder, programPath, proofhouse } from '../assess/run-program.fixture.ts'

const root = join(import.meta.dirname, '../..')
// Where the packages of the repository are found.
mkdirSync(join(root, 'packages/sdk/.ph-test'), { recursive: true })
const beside = mkdtempSync(join(root, 'packages/sdk/.ph-test/start-'))
const folder = newFolder()
afterAll(() => {
  for (const made of [beside, folder]) rmSync(made, { recursive: true })
})

test('the quick start records a decision that the log then has', async () => {
  const guide = readFileSync(join(root, 'docs/guides/sdk.md'), 'utf8')
  const [, code = ''] = /```ts\n(.*?)```/s.exec(guide) ?? []
  const lines = code.split('\n').filter((line) => line !== '')
  expect(lines.length).toBeGreaterThan(4)
  expect(lines.length).toBeLessThan(12)
  const workspace = join(folder, '.proofhouse')
  const log = readFileSync(join(root, 'docs/decisions.md'), 'utf8')
  const [, declaration = ''] = /```yaml\n(.*?)```/s.exec(log) ?? []
  expect(declaration).toContain('id: credit-eu')
  writeFileSync(join(folder, 'credit-eu.yaml'), declaration)
  const at = ['--out', workspace]
  const deployed = proofhouse('decisions', 'deploy', join(folder, 'credit-eu.yaml'), ...at)
  expect(deployed).toMatchObject({ status: 0, err: '' })
  const given = [programPath, 'decisions', 'serve', '--port', '0', '--json', ...at]
  const server = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await createInterface(server.stdout)[Symbol.asyncIterator]().next()
  const [, address = ''] = /"address":"([^"]+)"/.exec(String(value)) ?? []
  expect(code).toContain('http://127.0.0.1:7070')
  writeFileSync(join(beside, 'start.ts'), code.replace('http://127.0.0.1:7070', address))
  const options = { cwd: folder, encoding: 'utf8' } as const
  const ran = spawnSync(process.execPath, [join(beside, 'start.ts')], options)
  expect(ran).toMatchObject({ status: 0, stderr: '' })
  server.kill('SIGTERM')
  await once(server, 'exit')
  const shown = proofhouse('decisions', 'show', '0', ...at)
  expect(shown.out).toContain('gateway-1#0')
  expect(shown.out).toContain('subject  "p-1042"')
})
