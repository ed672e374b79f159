// The cases of `model-signing.mjs` with certificates: real X.509 material that a third party's library made, both programs
// signing and verifying by their own command line's functions; and the reference's own deviations, each shown as it is, so that
// a release that mends one is noticed.

import { execFile } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { composeServices } from '../../packages/platform/src/compose.ts'
import { signPath, verifyPath } from '../../packages/platform/src/workflows/index.ts'

const run = promisify(execFile)

/** Runs every case; the helpers are those of the suite. */
export async function checkCertificates({ python, scratch, makeModel, forge, expectCase, curves }) {
  const pki = await mkdtemp(join(scratch, 'pki-'))
  await run(python, [join(import.meta.dirname, 'model-signing-certificates.py'), pki])
  const at = (name) => join(pki, name)
  const services = composeServices({ now: () => new Date(), newId: () => 'conformance' })

  const ours = {
    sign: (model, signaturePath, { key, leaf, chain }) =>
      signPath(services, {
        path: model,
        signaturePath,
        by: {
          kind: 'key',
          keyPath: key,
          passphrasePath: null,
          certificates: { certificate: leaf, chain },
        },
        cut: { ignorePaths: [], followLinks: false, shardSizeBytes: null, digestsPath: null },
      }),
    async verify(model, signaturePath, roots) {
      const trust = { kind: 'roots', path: roots, chainPath: null, identity: null, validAt: null }
      const policy = {
        unsignedFiles: 'refuse',
        links: 'refuse',
        ignorePaths: [],
        uncovered: 'report',
      }
      const request = { path: model, signaturePath, trust, policy }
      const result = await verifyPath(services, request)
      if (!result.verified) throw new Error(result.reason)
    },
  }
  const cli = (...args) => run(python, ['-m', 'model_signing', ...args])
  const theirs = {
    sign(model, signature, { key, leaf, chain }) {
      const own = ['--private_key', key, '--signing_certificate', leaf]
      const above = chain === null ? [] : ['--certificate_chain', chain]
      return cli('sign', 'certificate', model, '--signature', signature, ...own, ...above)
    },
    verify: (model, signature, roots) =>
      cli('verify', 'certificate', model, '--signature', signature, '--certificate_chain', roots),
  }
  const newModel = async () => {
    const folder = await mkdtemp(join(scratch, 'case-'))
    await mkdir(join(folder, 'model'))
    await makeModel(join(folder, 'model'))
    return { model: join(folder, 'model'), signature: join(folder, 'model', 'model.sig') }
  }
  const both = async (title, accepted, { model, signature }, roots) => {
    const verb = accepted ? 'accepts' : 'refuses'
    for (const [who, side] of Object.entries({ ours, theirs }))
      await expectCase(`${title}: ${who} ${verb} it`, accepted, () =>
        side.verify(model, signature, roots),
      )
  }

  for (const curve of curves)
    for (const [who, side] of Object.entries({ ours, theirs })) {
      const title = `${curve}, certificate, signed by ${who}`
      const made = await newModel()
      const key = at(`${curve}.leaf.key`)
      const leaf = at(`${curve}.leaf.pem`)
      await side.sign(made.model, made.signature, { key, leaf, chain: at('chain.pem') })
      await both(title, true, made, at('root.pem'))
      await both(`${title}, another root of that name`, false, made, at('stranger.pem'))
      await appendFile(join(made.model, 'a', 'b'), '!')
      await both(`${title}, a changed file`, false, made, at('root.pem'))
      const forged = await newModel()
      await side.sign(forged.model, forged.signature, { key, leaf, chain: at('chain.pem') })
      await forge(forged.signature)
      await both(`${title}, a forged signature`, false, forged, at('root.pem'))
    }

  /** Certificates for one key; the peer signs, since it does not look at what it hands out. */
  const key = at('P-256.leaf.key')
  const withLeaf = async (name, chain = at('chain.pem')) => {
    const made = await newModel()
    await theirs.sign(made.model, made.signature, { key, leaf: at(`${name}.pem`), chain })
    return made
  }
  await both('key usage alone', true, await withLeaf('usage-only'), at('root.pem'))
  await both('extended key usage alone', true, await withLeaf('purpose-only'), at('root.pem'))
  await both('no usage at all', false, await withLeaf('no-usage'), at('root.pem'))
  await both(
    'a self-signed certificate that is given as root',
    true,
    await withLeaf('self-signed', at('self-signed.pem')),
    at('self-signed.pem'),
  )
  const missing = await newModel()
  const alone = { key, leaf: at('P-256.leaf.pem'), chain: null }
  await ours.sign(missing.model, missing.signature, alone)
  await both('an authority left out', false, missing, at('root.pem'))
  await writeFile(
    at('all.pem'),
    (await readFile(at('root.pem'), 'utf8')) + (await readFile(at('chain.pem'), 'utf8')),
  )

  await expectCase('deviation, a certificate without a chain: theirs cannot sign', false, () =>
    theirs.sign(missing.model, missing.signature, alone),
  )

  // Where the two differ, on purpose: see spec/model-signature.md.
  const differ = async (title, made, roots) => {
    await expectCase(`deviation, ${title}: ours refuses it`, false, () =>
      ours.verify(made.model, made.signature, roots),
    )
    await expectCase(`deviation, ${title}: theirs accepts it`, true, () =>
      theirs.verify(made.model, made.signature, roots),
    )
  }
  await differ('a certificate that has expired', await withLeaf('expired'), at('root.pem'))
  await differ('a certificate for servers only', await withLeaf('server'), at('root.pem'))
  await differ('an authority between among the roots', missing, at('all.pem'))
}
