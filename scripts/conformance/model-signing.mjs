// Holds our model signatures against the reference implementation of OpenSSF Model Signing (PyPI
// `model-signing`), in both directions, for every curve, for folders and single files, whole and in
// shards, by keys, also such as a provider holds, and by certificates; and shows that both refuse what was tampered with. Needs python3
// with venv; the peer goes into `.peers/`, which git ignores. Prints one line per case.

import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { peerPython } from '../../bench/setup.mjs'
import { checkCertificates } from './model-signing-certificates.mjs'
import { checkHeld } from './model-signing-held.mjs'
import { diskModelFiles } from '../../packages/platform/src/adapters/artifact-files.ts'
import {
  defaultCut,
  hashModel,
  ignorePathsFor,
  signModel,
  verifyModel,
} from '../../packages/platform/src/artifacts/index.ts'
import { signingKeyFromPem } from '../../packages/platform/src/keys/index.ts'

const run = promisify(execFile)
const curves = ['P-256', 'P-384', 'P-521']
const shardSizeBytes = 10

/**
 * What the peer does, by its command line; shards only by its library, which its command line does
 * not offer.
 */
function peerOf(python) {
  const cli = (...args) => run(python, ['-m', 'model_signing', ...args])
  const library = (code, ...args) =>
    run(python, ['-c', `import model_signing, sys\n${code}`, ...args])
  const shards = `model_signing.hashing.Config().use_shard_serialization(shard_size=${shardSizeBytes})`
  return {
    cli: (verb, model, signature, ...more) =>
      cli(verb, 'key', model, '--signature', signature, ...more),
    sign: (model, signature, key, method) =>
      method === 'shards'
        ? library(
            'm, s, k = sys.argv[1:]\n' +
              'c = model_signing.signing.Config().use_elliptic_key_signer(private_key=k)\n' +
              `c.set_hashing_config(${shards}.set_ignored_paths(paths=[s])).sign(m, s)`,
            model,
            signature,
            key,
          )
        : cli('sign', 'key', model, '--signature', signature, '--private_key', key),
    verify: (model, signature, key, method) =>
      method === 'shards'
        ? library(
            'm, s, k = sys.argv[1:]\n' +
              'model_signing.verifying.Config().use_elliptic_key_verifier(public_key=k).verify(m, s)',
            model,
            signature,
            key,
          )
        : cli('verify', 'key', model, '--signature', signature, '--public_key', key),
  }
}

/** A model whose names sort differently by code point, by UTF-16 and by path component. */
async function makeModel(folder) {
  await mkdir(join(folder, 'a'), { recursive: true })
  await mkdir(join(folder, '.git'))
  const files = {
    'config.json': '{}',
    'a/b': 'inside',
    'a-b': 'beside',
    '\u{1f600}.txt': 'astral',
    '\ufb33.txt': 'high in the basic plane',
    'weights.bin': 'w'.repeat(35),
    '.git/HEAD': 'left out by default',
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
}

async function makeKey(folder, curve) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const key = await signingKeyFromPem(pem)
  const paths = { private: join(folder, `${curve}.key`), public: join(folder, `${curve}.pub`) }
  await writeFile(paths.private, pem, { mode: 0o600 })
  await writeFile(paths.public, key.publicKeyPem)
  return { ...key, paths }
}

async function ourSign(model, signaturePath, key, method) {
  const cut = {
    ...defaultCut,
    method,
    ...(method === 'shards' ? { shardSizeBytes } : {}),
    ignorePaths: ignorePathsFor(model, signaturePath),
  }
  const bundle = await signModel(await hashModel(diskModelFiles, model, cut), key.signer)
  await writeFile(signaturePath, bundle)
}

async function ourVerify(model, signaturePath, key, more = {}) {
  const signature = new Uint8Array(await readFile(signaturePath))
  const signer = { kind: 'key', verifiers: [key.verifier] }
  const policy = {
    signer,
    unsignedFiles: 'refuse',
    links: 'refuse',
    ignorePaths: [],
    uncovered: 'report',
    ...more,
  }
  return verifyModel(diskModelFiles, { root: model, signature, signaturePath }, policy)
}

/** Changes a copy of the signature so that it stays a bundle, but one that nobody signed. */
async function forge(signaturePath) {
  const bundle = JSON.parse(await readFile(signaturePath, 'utf8'))
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()
  const forged = payload.replace(
    /"digest":\s*"[0-9a-f]/,
    (text) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0'),
  )
  bundle.dsseEnvelope.payload = Buffer.from(forged).toString('base64')
  await writeFile(signaturePath, JSON.stringify(bundle))
}

const tally = { passed: 0, failed: 0 }

/** One line per case: what was expected, and why not if it did not happen. */
async function expectCase(title, accepted, action) {
  const problem = await action().then(
    () => null,
    (error) =>
      String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1),
  )
  const good = (problem === null) === accepted
  tally[good ? 'passed' : 'failed'] += 1
  const why = good ? '' : ` (${problem ?? 'it was accepted'})`
  process.stdout.write(`${good ? 'ok' : 'NOT OK'}  ${title}${why}\n`)
}

/** Both verifiers on what one of them signed, then on a changed model and on a forged signature. */
async function checkBoth({ peer, scratch, key, title, signer, method, single }) {
  const folder = await mkdtemp(join(scratch, 'case-'))
  await makeModel(join(folder, 'model'))
  const model = single ? join(folder, 'model', 'weights.bin') : join(folder, 'model')
  const signature = join(folder, 'model', 'model.sig')
  const { paths } = key
  if (signer === 'ours') await ourSign(model, signature, key, method)
  else await peer.sign(model, signature, paths.private, method)
  const both = async (what, accepted) => {
    const verb = accepted ? 'accepts' : 'refuses'
    await expectCase(`${title}: ours ${verb} ${what}`, accepted, () =>
      ourVerify(model, signature, key),
    )
    // model-signing 1.1.1 reads its own shard size back as a float and stumbles over it.
    if (method === 'shards' && signer === 'theirs') return
    await expectCase(`${title}: theirs ${verb} ${what}`, accepted, () =>
      peer.verify(model, signature, paths.public, method),
    )
  }
  await both('it', true)
  const file = single ? model : join(model, 'a', 'b')
  await cp(file, join(folder, 'kept'))
  await appendFile(file, '!')
  await both('a changed file', false)
  await cp(join(folder, 'kept'), file)
  if (!single) {
    await writeFile(join(model, 'run.py'), 'added')
    await both('an added file', false)
    await rm(join(model, 'run.py'))
  }
  await forge(signature)
  await both('a forged signature', false)
}

/** Links that are followed and paths that are left out, by both programs' own options. */
async function checkPolicies({ peer, scratch, key }) {
  for (const who of ['ours', 'theirs']) {
    const folder = await mkdtemp(join(scratch, 'case-'))
    const model = join(folder, 'model')
    const signature = join(folder, 'model.sig')
    await makeModel(model)
    await symlink(join(model, 'weights.bin'), join(model, 'latest'))
    const { paths } = key
    const options = ['--allow_symlinks', '--ignore-paths', join(model, 'a')]
    if (who === 'ours') {
      const ignorePaths = ignorePathsFor(model, signature, ['a'])
      const cut = { ...defaultCut, followLinks: true, ignorePaths }
      const hashed = await hashModel(diskModelFiles, model, cut)
      await writeFile(signature, await signModel(hashed, key.signer))
    } else await peer.cli('sign', model, signature, '--private_key', paths.private, ...options)
    const title = `a link and an ignored folder, signed by ${who}`
    const check = async (what, accepted) => {
      await expectCase(`${title}: ours ${what}`, accepted, () =>
        ourVerify(model, signature, key, { links: 'follow' }),
      )
      await expectCase(`${title}: theirs ${what}`, accepted, () =>
        peer.cli('verify', model, signature, '--public_key', paths.public, ...options),
      )
    }
    await check('accepts it', true)
    await writeFile(join(model, 'a', 'new'), 'not looked at')
    await check('accepts a file in the ignored folder', true)
    await expectCase(`${title}: ours refuses links unless told`, false, () =>
      ourVerify(model, signature, key),
    )
    await appendFile(join(model, 'weights.bin'), '!')
    await check('refuses a change behind the link', false)
  }
}

const python = peerPython('model-signing')
const peer = peerOf(python)
const scratch = await mkdtemp(join(tmpdir(), 'proofhouse-oms-'))
try {
  for (const curve of curves) {
    const key = await makeKey(scratch, curve)
    for (const signer of ['ours', 'theirs'])
      for (const [what, method, single] of [
        ['folder', 'files', false],
        ['single file', 'files', true],
        ['folder in shards', 'shards', false],
      ]) {
        const title = `${curve}, ${what} signed by ${signer}`
        await checkBoth({ peer, scratch, key, title, signer, method, single })
      }
  }
  await checkPolicies({ peer, scratch, key: await makeKey(scratch, 'P-256') })
  await checkHeld({ peer, scratch, makeModel, expectCase, curves })
  await checkCertificates({ python, scratch, makeModel, forge, expectCase, curves })
} finally {
  await rm(scratch, { recursive: true, force: true })
}
process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`)
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1
