// Logs that go from this product to Tessera and back. Tessera's migration reads ours over HTTP and from a folder, its mirror over HTTP:
// every tile and bundle of the copy is the source's, and a source with one wrong byte is refused. Logs that Tessera wrote are read,
// checked, proved from and kept a mirror of by our program, which finds every change.
// Run: node scripts/run.mjs scripts/conformance/tessera-copies.mjs
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTessera, tesseraFsck, tesseraVersion } from '../../bench/ledger/tessera.ts'
import {
  openCheckpoint,
  parseTrustPolicy,
  parseVerifierKey,
  verifyTlogProof,
} from '../../packages/evidence/src/index.ts'
import {
  openLedgerDirectory,
  openLedgerFiles,
  openMirrorFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { entriesOf, newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { fsck, mirrorIn, readEntries } from '../../packages/platform/src/ledger/index.ts'
import { buildPrograms, run, serveFiles } from './tessera-programs.mjs'

const program = fileURLToPath(
  new URL('../../packages/platform/bin/proofhouse.mjs', import.meta.url),
)
const sizes = [1, 256, 257, 1_000, 66_000]
const appendsAtOnce = 10_000
const fsckMaxMs = 60_000
/** Sessions that Tessera wrote a log in, by the sizes after them. */
const theirSessions = [[1], [256], [300, 700], [66_000]]

let passed = 0
let failed = 0

function check(name, holds, seen = '') {
  if (holds) passed++
  else failed++
  if (!holds) console.log(`FAILED ${name} ${seen}`)
}

if (!buildPrograms()) {
  console.log('skipped: no `go` on the path to build Tessera with')
  process.exit(0)
}
const fsckProgram = tesseraFsck()
const base = mkdtempSync(join(tmpdir(), 'tessera-copies-'))
const at = (...names) => join(base, ...names)

/** Tiles and bundles below a folder: path → bytes in hexadecimal. */
const treeOf = (folder) =>
  new Map(
    globSync('tile/**', { cwd: folder })
      .filter((path) => statSync(join(folder, path)).isFile())
      .toSorted()
      .map((path) => [path, readFileSync(join(folder, path)).toString('hex')]),
  )

/** Tiles of the first folder that the second does not hold, the same byte for byte. */
function differing(source, copy) {
  const copied = treeOf(copy)
  return [...treeOf(source)].filter(([path, hex]) => copied.get(path) !== hex).map(([path]) => path)
}

function proofhouse(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    maxBuffer: 16 * 1_048_576,
  })
  return { status, out: stdout, said: stdout + stderr }
}

function flip(path) {
  const bytes = readFileSync(path)
  bytes[Math.floor(bytes.length / 2)] ^= 1
  writeFileSync(path, bytes)
}

/** Both checkers call a folder intact. */
async function intactForBoth(name, folder, key) {
  const keyFile = at('key')
  writeFileSync(keyFile, key)
  const theirs = runTessera({
    program: fsckProgram,
    folder,
    keyFile,
    workers: 4,
    timeoutMs: fsckMaxMs,
  })
  check(`${name}: intact for Tessera`, theirs.intact === true, theirs.output)
  const trust = parseTrustPolicy(`log ${key}\nquorum none\n`)
  const { ok, findings } = await fsck({ tiles: await openLedgerFiles(folder), trust })
  check(`${name}: intact for ours`, ok, JSON.stringify(findings.slice(0, 3)))
}

async function fsckOverHttp(name, url, keyFile, intact) {
  const args = [`--storage_url=${url}`, `--public_key=${keyFile}`, '--N=4', '--ui=false']
  // Beside this process, which serves what it reads.
  const { errors } = await run(fsckProgram, ...args)
  const accepted = errors.includes("Successfully fsck'd")
  check(name, accepted === intact && errors.includes('fsck failed') !== intact, errors)
}

const ourKey = newLedgerKey()

async function writeOurs(folder, size) {
  const entries = entriesOf(size)
  const ledger = await openLedgerDirectory(folder, ourKey)
  for (let from = 0; from < size; from += appendsAtOnce)
    await Promise.all(entries.slice(from, from + appendsAtOnce).map((one) => ledger.append(one)))
  await ledger.close()
}

/** What Tessera made of a log of ours: its own tiles over its own copy of the entries, and its own root. */
async function checkMigrated(name, source, copy) {
  const missing = differing(source, copy)
  check(`${name}: tiles and bundles`, missing.length === 0, missing.join())
  const { size, root } = JSON.parse(readFileSync(join(copy, '.state/treeState'), 'utf8'))
  const checkpoint = readFileSync(join(source, 'checkpoint'), 'utf8')
  const head = await openCheckpoint(checkpoint, parseVerifierKey(ourKey.verifierKey))
  check(`${name}: size`, size === head.size, `${size}`)
  check(`${name}: root`, Buffer.from(root, 'base64').equals(head.root), root)
  // Under our checkpoint their copy is our log.
  rmSync(join(copy, '.state'), { recursive: true })
  writeFileSync(join(copy, 'checkpoint'), checkpoint)
  await intactForBoth(name, copy, ourKey.verifierKey)
}

async function oursToTheirs(size) {
  const source = at(`ours-${size}`)
  await writeOurs(source, size)
  const served = await serveFiles(source)
  const keyFile = at('our-key')
  writeFileSync(keyFile, ourKey.verifierKey)
  const name = `${size} entries of ours`
  await fsckOverHttp(`${name}, Tessera's check over HTTP`, served.url, keyFile, true)
  for (const [how, ...args] of [
    ['migrated over HTTP', 'migrate', `--source_url=${served.url}`],
    ['mirrored over HTTP', 'mirror', `--source_url=${served.url}`, '--num_workers=1'],
    ['migrated from a folder', 'migrate-files', source],
  ]) {
    const copy = at(`${args[0]}-${size}`)
    const target = args[0] === 'migrate-files' ? copy : `--storage_dir=${copy}`
    const { ok, errors } = await run(...args, target)
    check(`${name}, ${how}`, ok, errors)
    if (ok && args[0] !== 'mirror') await checkMigrated(`${name}, ${how}`, source, copy)
    if (ok && args[0] === 'mirror') {
      const missing = differing(source, copy)
      check(`${name}, ${how}: tiles and bundles`, missing.length === 0, missing.join())
      await intactForBoth(`${name}, ${how}`, copy, ourKey.verifierKey)
    }
  }
  check(
    `${name}: nobody asks for what is private`,
    [...served.asked].every((path) => !path.includes('/.')),
  )
  await served.stop()
}

/** One wrong byte in a bundle: Tessera's migration ends at another root than the signed one, and says so. */
async function damagedOurs() {
  const source = at('damaged')
  cpSync(at('ours-1000'), source, { recursive: true })
  flip(join(source, 'tile/entries/002'))
  const served = await serveFiles(source)
  const keyFile = at('our-key')
  await fsckOverHttp('a wrong byte, checked over HTTP', served.url, keyFile, false)
  const overHttp = [`--source_url=${served.url}`, `--storage_dir=${at('refused-http')}`]
  for (const args of [
    ['migrate', ...overHttp],
    ['migrate-files', source, at('refused')],
  ]) {
    const { ok, errors } = await run(...args)
    check(`a wrong byte is no migration (${args[0]})`, !ok && /root hash/.test(errors), errors)
  }
  await served.stop()
}

/** The text of entry n of a log that Tessera wrote. */
const theirEntry = (n) => (n % 7 === 3 ? '' : `entry ${n} ${'.'.repeat(n % 5)}`)

async function theirsToOurs(sessions, number) {
  const name = `${sessions.at(-1)} entries of Tessera's`
  const folder = at(`theirs-${number}`)
  const secret = at(`their-key-${number}`)
  const mirrorFolder = at(`kept-${number}`)
  const numberAt = new Map()
  let written = 0
  for (const size of sessions) {
    const { ok, out, errors } = await run('write-log', folder, secret, `${written}`, `${size}`)
    check(`${name} are written`, ok, errors)
    for (const index of out.trim().split('\n')) numberAt.set(Number(index), written++)
    const vkey = readFileSync(`${secret}.pub`, 'utf8')
    const kept = mirrorIn(await openMirrorFiles(mirrorFolder), parseVerifierKey(vkey))
    await kept.append(readFileSync(join(folder, 'checkpoint'), 'utf8'))
  }
  const key = readFileSync(`${secret}.pub`, 'utf8')
  const policy = at(`policy-${number}`)
  writeFileSync(policy, `log ${key}\nquorum none\n`)
  // What Tessera keeps for itself is no part of the log, and is not served either.
  const served = await serveFiles(folder)
  const copy = at(`copy-${number}`)
  const mirrored = await run(
    'mirror',
    `--source_url=${served.url}`,
    `--storage_dir=${copy}`,
    '--num_workers=1',
  )
  check(`${name}, mirrored`, mirrored.ok, mirrored.errors)
  await served.stop()
  await intactForBoth(name, copy, key)
  const trusted = ['--trust', policy]
  const fscked = proofhouse('ledger', 'fsck', copy, ...trusted, '--mirror', mirrorFolder)
  check(`${name}, with every checkpoint that was kept`, fscked.status === 0, fscked.said)
  const tiles = await openLedgerFiles(copy)
  const note = readFileSync(join(copy, 'checkpoint'), 'utf8')
  const checkpoint = await openCheckpoint(note, parseVerifierKey(key))
  check(`${name}, size`, checkpoint.size === written && numberAt.size === written)
  let wrong = 0
  let read = 0
  for await (const { index, entry } of readEntries(tiles, { from: 0, to: written, checkpoint })) {
    read++
    if (Buffer.from(entry).toString() !== theirEntry(numberAt.get(index))) wrong++
  }
  check(`${name}, entry for entry`, wrong === 0 && read === written, `${wrong} of ${read}`)
  for (const index of new Set([0, Math.floor(written / 2), written - 1])) {
    const proved = proofhouse('ledger', 'proof', copy, '--index', `${index}`, ...trusted)
    const entry = Buffer.from(theirEntry(numberAt.get(index)))
    const claim = {
      proof: proved.out,
      entry,
      trust: parseTrustPolicy(readFileSync(policy, 'utf8')),
    }
    const verified = await verifyTlogProof(claim).then(
      () => true,
      (error) => error.message,
    )
    check(`${name}, a proof of entry ${index}`, verified === true, verified + proved.said)
  }
  await damagedTheirs(name, copy, trusted)
  await cutBackTheirs(name, { copy, trusted, mirrorFolder, sessions })
}

/** Every file of theirs that is changed is named. */
async function damagedTheirs(name, copy, trusted) {
  for (const path of [...treeOf(copy).keys()].slice(-3)) {
    const folder = at('flipped')
    cpSync(copy, folder, { recursive: true })
    flip(join(folder, path))
    const { status, out } = proofhouse('ledger', 'fsck', folder, ...trusted, '--json')
    const named = JSON.parse(out).findings.map(({ file }) => file)
    check(`${name}, ${path} changed`, status === 1 && named.includes(path), out)
    rmSync(folder, { recursive: true })
  }
}

/** A log that went back to an earlier checkpoint, whose files are whole: the mirror tells. */
async function cutBackTheirs(name, { copy, trusted, mirrorFolder, sessions }) {
  const [earlier] = sessions
  if (sessions.length < 2) return
  const folder = at('cut-back')
  cpSync(copy, folder, { recursive: true })
  const kept = globSync('**/*.checkpoint', { cwd: mirrorFolder }).toSorted()[0]
  cpSync(join(mirrorFolder, kept), join(folder, 'checkpoint'))
  const mirror = ['--mirror', mirrorFolder]
  const { status, said } = proofhouse('ledger', 'fsck', folder, ...trusted, ...mirror)
  check(
    `${name}, cut back to ${earlier}`,
    status === 1 && said.includes(`${sessions.at(-1)} entries were published`),
    said,
  )
  rmSync(folder, { recursive: true })
}

try {
  console.log(`Tessera ${tesseraVersion}`)
  for (const size of sizes) await oursToTheirs(size)
  await damagedOurs()
  for (const [number, sessions] of theirSessions.entries()) await theirsToOurs(sessions, number)
} finally {
  rmSync(base, { recursive: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
