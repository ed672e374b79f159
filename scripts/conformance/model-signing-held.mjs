// The cases of `model-signing.mjs` with keys that a provider holds: what a PKCS#11 token (SoftHSM2), a real Vault and AWS KMS sign, our own
// verifier and the reference implementation accept, and both refuse when the model changes. Vault is asked where `keys.mjs` has built it;
// AWS KMS is a stand-in on this machine: that shows the shape of its interface, and not AWS.

import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openHeldKey } from '../../packages/platform/src/adapters/held-keys.ts'
import {
  standInCredentials,
  startKmsStandIn,
} from '../../packages/platform/src/adapters/kms-stand-in.fixture.ts'
import {
  findSoftHsm,
  newSoftHsmToken,
} from '../../packages/platform/src/adapters/softhsm.fixture.ts'
import { composeServices } from '../../packages/platform/src/compose.ts'
import { readHeldKeyPlace } from '../../packages/platform/src/keys/index.ts'
import { signPath, verifyPath } from '../../packages/platform/src/workflows/index.ts'
import { builtVault, withServer } from './vault-server.mjs'

const services = composeServices({ now: () => new Date(), newId: () => 'conformance' })
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Both verifiers on what the key at a place signed, and on a changed model. */
async function checkPlace({ peer, scratch, makeModel, expectCase, title, place }) {
  const folder = await mkdtemp(join(scratch, 'held-'))
  const [model, signature] = [join(folder, 'model'), join(folder, 'model.sig')]
  const publicKey = join(folder, 'signer.pub')
  await makeModel(model)
  await expectCase(`${title}: signs`, true, () =>
    signPath(services, {
      path: model,
      signaturePath: signature,
      by: { kind: 'key', keyPath: place, passphrasePath: null, certificates: null },
      cut: { ignorePaths: [], followLinks: false, shardSizeBytes: null, digestsPath: null },
    }),
  )
  const held = await openHeldKey(
    readHeldKeyPlace(place, (path) => path),
    async (path) => (await readFile(path, 'utf8')).trim(),
  )
  await writeFile(publicKey, held.publicKeyPem)
  held.close()
  const ours = async () => {
    const policy = {
      unsignedFiles: 'refuse',
      links: 'refuse',
      ignorePaths: [],
      uncovered: 'report',
    }
    const trust = { kind: 'key', path: publicKey }
    const verdict = await verifyPath(services, {
      path: model,
      signaturePath: signature,
      trust,
      policy,
    })
    if (!verdict.verified) throw new Error(verdict.reason)
  }
  const both = async (what, accepted) => {
    await expectCase(`${title}: ours ${what}`, accepted, ours)
    await expectCase(`${title}: theirs ${what}`, accepted, () =>
      peer.verify(model, signature, publicKey, 'files'),
    )
  }
  await both('accepts it', true)
  await appendFile(join(model, 'a', 'b'), '!')
  await both('refuses a changed file', false)
}

/** Every case; the helpers are those of the suite. */
export async function checkHeld(given) {
  const { scratch, curves } = given
  const secret = async (name, text) => {
    const path = join(scratch, name)
    await writeFile(path, `${text}\n`, { mode: 0o600 })
    return path
  }
  const check = (what, curve, place) =>
    checkPlace({ ...given, title: `${curve}, signed by ${what}`, place })

  const library = findSoftHsm()
  if (library === null) process.stdout.write('skipped: no SoftHSM2 with a compiled driver\n')
  else {
    const token = newSoftHsmToken(library)
    const pin = await secret('pin', token.pin)
    for (const curve of curves) {
      await token.newSigningKey({ object: curve, curve })
      const where = `module-path=${library}&pin-source=file:${pin}`
      await check('SoftHSM2', curve, `pkcs11:token=proofhouse;object=${curve}?${where}`)
    }
    token.remove()
  }

  const vault = builtVault()
  if (vault === null)
    process.stdout.write(`skipped: no Vault in ${join(root, '.peers/vault')}; run keys.mjs first\n`)
  else
    await withServer(vault, async ({ address, token, ask }) => {
      const tokenFile = await secret('token', token)
      for (const curve of curves) {
        const type = `ecdsa-${curve.replace('-', '').toLowerCase()}`
        await ask('POST', `transit/keys/${type}`, { type })
        await check('Vault', curve, `vault:${type}?address=${address}&token-file=${tokenFile}`)
      }
    })

  process.env.AWS_ACCESS_KEY_ID = standInCredentials.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = standInCredentials.secretAccessKey
  const kms = await startKmsStandIn()
  const algorithms = ['ECDSA_SHA_256', 'ECDSA_SHA_384', 'ECDSA_SHA_512']
  for (const [n, curve] of curves.entries()) {
    const id = kms.newSigningKey(algorithms[n])
    const place = `awskms:${id}?region=eu-central-1&endpoint=${kms.endpoint}`
    await check('a stand-in for AWS KMS (API shape)', curve, place)
  }
  kms.stop()
}
