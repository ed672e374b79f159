// Compares verdicts on ledgers with Tessera's own checker: ledgers that this product wrote must be
// intact for both, and a copy with one file changed or gone must be damaged for both; ours must
// also name the file. Run: node scripts/run.mjs scripts/conformance/tessera.mjs
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTessera, tesseraFsck, tesseraVersion } from '../../bench/ledger/tessera.ts'
import { parseTrustPolicy } from '../../packages/evidence/src/index.ts'
import {
  openLedgerDirectory,
  openLedgerFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { entriesOf, newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { fsck } from '../../packages/platform/src/ledger/index.ts'

const appendsAtOnce = 10_000
const workers = 16
const timeoutMs = 30_000
const key = newLedgerKey()
const trust = parseTrustPolicy(`log ${key.verifierKey}\nquorum none\n`)

/** Writes a ledger in as many sessions as there are sizes. */
async function write(folder, sizes) {
  const entries = entriesOf(sizes.at(-1))
  let written = 0
  for (const size of sizes) {
    const ledger = await openLedgerDirectory(folder, key)
    for (; written < size; written = Math.min(size, written + appendsAtOnce))
      await Promise.all(
        entries
          .slice(written, Math.min(size, written + appendsAtOnce))
          .map((entry) => ledger.append(entry)),
      )
    await ledger.close()
  }
}

const damage = {
  changed(path) {
    const bytes = readFileSync(path)
    bytes[Math.floor(bytes.length / 2)] ^= 1
    writeFileSync(path, bytes)
  },
  'cut short': (path) => writeFileSync(path, readFileSync(path).subarray(0, -1)),
  gone: (path) => rmSync(path),
}

const program = tesseraFsck()
if (program === null) {
  process.stdout.write('skipped: no `go` on the path to build Tessera with\n')
  process.exit(0)
}
const base = mkdtempSync(join(tmpdir(), 'tessera-'))
const keyFile = join(base, 'key')
writeFileSync(keyFile, key.verifierKey)
let passed = 0
let failed = 0

async function compare(name, folder, damaged) {
  const peer = runTessera({ program, folder, keyFile, workers, timeoutMs })
  const { ok, findings } = await fsck({ tiles: await openLedgerFiles(folder), trust })
  const named = damaged === null || findings.some(({ file }) => file === damaged)
  const agreed = ok === (damaged === null) && peer.intact === ok && named
  if (agreed) passed++
  else failed++
  const ours = ok ? 'intact' : 'damaged'
  const theirs = peer.intact === null ? 'no verdict' : peer.intact ? 'intact' : 'damaged'
  process.stdout.write(`${agreed ? 'ok    ' : 'FAILED'} ${name}: ours ${ours}, theirs ${theirs}\n`)
  if (!agreed) process.stdout.write(`       ${JSON.stringify(findings)}\n       ${peer.output}\n`)
}

try {
  process.stdout.write(`Tessera ${tesseraVersion}\n`)
  for (const sizes of [[1], [255], [256], [257], [100, 300], [3, 256, 600], [65_537]]) {
    const folder = join(base, sizes.join('-'))
    await write(folder, sizes)
    await compare(`${sizes.at(-1)} entries in ${sizes.length} sessions`, folder, null)
  }
  const paths = [
    'checkpoint',
    'tile/entries/000',
    'tile/entries/002.p/88',
    'tile/0/001',
    'tile/0/002.p/88',
    'tile/1/000.p/2',
  ]
  for (const path of paths)
    for (const [how, apply] of Object.entries(damage)) {
      // Ours refuses to open a folder without a checkpoint: that is no ledger.
      if (path === 'checkpoint' && how === 'gone') continue
      const folder = join(base, 'damaged')
      cpSync(join(base, '3-256-600'), folder, { recursive: true })
      apply(join(folder, path))
      await compare(`${path} ${how}`, folder, path)
      rmSync(folder, { recursive: true })
    }
} finally {
  rmSync(base, { recursive: true })
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
