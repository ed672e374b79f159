// Keyless signatures: made with services on this machine, verified by sigstore-js as any other, and written only then.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { diskModelFiles } from '../adapters/artifact-files.ts'
import { openHeldKey } from '../adapters/held-keys.ts'
import { httpServers } from '../adapters/http-servers.ts'
import { diskKeyFiles } from '../adapters/key-file.ts'
import { localFiles } from '../adapters/local-files.ts'
import { sigstoreKeyless } from '../adapters/sigstore-keyless.ts'
import { type Fault, newToken, startKeylessServices } from './keyless-services.fixture.ts'
import { signPath } from './sign-path.ts'
import { verifyPath } from './verify-path.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyless-'))
const at = (name: string) => join(folder, name)
const services = {
  files: localFiles,
  keyFiles: diskKeyFiles,
  openHeldKey,
  modelFiles: diskModelFiles,
  httpServers,
  keyless: sigstoreKeyless,
  now: () => new Date(),
}
const identity = 'ml@example.com'
const issuer = 'https://accounts.example.com'
const goodToken = newToken({ email: identity, email_verified: true, exp: 4e9 })
let close: () => void = () => null
afterEach(() => {
  close()
  rmSync(at('model.sig'), { force: true })
})
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(at('model.bin'), 'weights')

async function signWith({
  fault = null,
  token = goodToken,
}: {
  fault?: Fault | null
  token?: string
}) {
  const started = await startKeylessServices(fault)
  close = started.close
  writeFileSync(at('root.json'), JSON.stringify(started.trustedRoot))
  writeFileSync(at('token'), `${token}\n`)
  chmodSync(at('token'), 0o600)
  const signed = await signPath(services, {
    path: at('model.bin'),
    signaturePath: at('model.sig'),
    by: {
      kind: 'keyless',
      tokenPath: at('token'),
      fulcio: `${started.url}/fulcio`,
      rekor: `${started.url}/rekor`,
      rekorApi: 1,
      timeStamps: null,
      trustedRootPath: at('root.json'),
    },
    cut: { ignorePaths: [], followLinks: false, shardSizeBytes: null, digestsPath: null },
  })
  return { signed, asked: started.asked }
}

const verified = (name: string, from = issuer) =>
  verifyPath(services, {
    path: at('model.bin'),
    signaturePath: at('model.sig'),
    trust: { kind: 'trusted-root', path: at('root.json'), identity: name, issuer: from },
    policy: { unsignedFiles: 'refuse', links: 'refuse', ignorePaths: [], uncovered: 'report' },
  })

test('a keyless signature is made, and verifies offline for its signer and nobody else', async () => {
  const { signed, asked } = await signWith({})
  expect(signed).toMatchObject({ identity: { name: identity, issuer }, subject: null })
  close()
  expect(await verified(identity)).toMatchObject({
    verified: true,
    model: { signer: { kind: 'keyless', name: identity, issuer, keyId: signed.keyId } },
  })
  expect(await verified('eve@example.com')).toMatchObject({ verified: false })
  expect(await verified(identity, 'https://elsewhere.example.com')).toMatchObject({
    verified: false,
  })
  writeFileSync(at('model.bin'), 'Weights')
  expect(await verified(identity)).toMatchObject({ verified: false })
  writeFileSync(at('model.bin'), 'weights')
  expect(asked.map(({ path }) => path)).toEqual([
    '/fulcio/api/v2/signingCert',
    '/rekor/api/v1/log/entries',
  ])
  // The token goes to the authority alone, and into nothing that is kept.
  expect(asked[1]?.body).not.toContain(goodToken)
  expect(readFileSync(at('model.sig'), 'utf8')).not.toContain(goodToken)
})

test.each<readonly [Fault, string]>([
  ['certificate-for-another-key', 'server-refused'],
  ['no-certificate-log', 'certificate-untrusted'],
  ['wrong-certificate-log', 'certificate-untrusted'],
  ['certificate-of-yesterday', 'certificate-untrusted'],
  ['wrong-promise', 'certificate-untrusted'],
  ['wrong-root', 'certificate-untrusted'],
  ['entry-of-another', 'certificate-untrusted'],
  ['redirect', 'server-refused'],
  ['no-json', 'server-refused'],
])('services at fault (%s): nothing is written', async (fault, code) => {
  const error = await signWith({ fault }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code })
  expect(String(error)).not.toContain(goodToken)
  expect(existsSync(at('model.sig'))).toBe(false)
})

test.each([
  ['no token', 'not.a-token'],
  ['three parts without JSON', 'YQ.YQ.YQ'],
  ['an expired one', newToken({ sub: 'x', exp: 1_000 })],
  ['a mail address nobody verified', newToken({ email: identity })],
  ['a token for nobody', newToken({ aud: 'sigstore' })],
])('%s is refused before anything is sent', async (_, token) => {
  const error = await signWith({ token }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'key-malformed' })
  expect(String(error)).not.toContain(token)
  expect(existsSync(at('model.sig'))).toBe(false)
})
