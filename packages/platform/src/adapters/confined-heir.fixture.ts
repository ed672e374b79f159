// A program that was started with a file open at descriptor 200, and starts a confined one that tries to read it.

import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { type Isolation, spawnConfined } from './confined-process.ts'

const [isolation, manifest = ''] = process.argv.slice(2)
const entry = fileURLToPath(new URL('confined-probe.fixture.ts', import.meta.url))
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test's own word
const child = spawnConfined(isolation as Isolation, {
  entry,
  args: ['descriptor=200'],
  needs: [entry, manifest],
  mayRead: [],
  flags: ['--disable-wasm-trap-handler', '--wasm-max-mem-pages=1024'],
  addressSpaceBytes: 2 ** 32,
  cpuSeconds: 20,
})
child.on('message', (answers) => process.stdout.write(JSON.stringify(answers)))
