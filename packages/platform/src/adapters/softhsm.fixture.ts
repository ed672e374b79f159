// A token of SoftHSM2 in a folder of its own, where that is installed (Debian: softhsm2) and the driver is compiled; null otherwise.

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pkcs11HeldKey } from './pkcs11-held-key.ts'
import { pkcs11KeyProvider } from './pkcs11-key-provider.ts'
import { pkcs11Session } from './pkcs11-session.ts'

const modules = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]

/** The module of SoftHSM2 where it and a compiled driver are there; null otherwise. */
export function findSoftHsm(): string | null {
  const home = join(import.meta.dirname, '../../../../node_modules/pkcs11js')
  const driver = join(home, 'build/Release/pkcs11.node')
  return existsSync(driver) ? (modules.find((path) => existsSync(path)) ?? null) : null
}

/** A new token; its module reads where tokens lie once per process, so the first call says for all. */
export function newSoftHsmToken(library: string) {
  const folder = mkdtempSync(join(tmpdir(), 'softhsm-'))
  mkdirSync(join(folder, 'tokens'))
  const config = join(folder, 'softhsm2.conf')
  writeFileSync(
    config,
    `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`,
  )
  process.env['SOFTHSM2_CONF'] = config
  const args = [
    '--init-token',
    '--free',
    '--label',
    'proofhouse',
    '--pin',
    '1234',
    '--so-pin',
    '5678',
  ]
  const done = spawnSync('softhsm2-util', args, { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`softhsm2-util: ${done.stderr}`)
  const opening = (given: { pin?: string; tokenLabel?: string } = {}) => ({
    library,
    tokenLabel: given.tokenLabel ?? 'proofhouse',
    pin: async () => given.pin ?? '1234',
  })
  return {
    folder,
    pin: '1234',
    newSigningKey: (given: SigningKeyGiven) => newSigningKey(opening(), given),
    openSigningKey: (object: string, given: { pin?: string; tokenLabel?: string } = {}) =>
      pkcs11HeldKey(opening(given), object),
    open: (given: { pin?: string; tokenLabel?: string } = {}) => pkcs11KeyProvider(opening(given)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** CKA_EC_PARAMS of the curves, and the mechanism that makes a pair: CKM_EC_KEY_PAIR_GEN or CKM_EC_EDWARDS_KEY_PAIR_GEN. */
const curves = {
  'P-256': { parameters: '06082a8648ce3d030107', mechanism: 0x1040 },
  'P-384': { parameters: '06052b81040022', mechanism: 0x1040 },
  'P-521': { parameters: '06052b81040023', mechanism: 0x1040 },
  Ed25519: { parameters: '130c656477617264733235353139', mechanism: 0x1055 },
} as const

interface SigningKeyGiven {
  readonly object: string
  readonly curve: keyof typeof curves
  readonly extractable?: boolean
}

/** Makes a pair of keys on the token, as `pkcs11-tool --keypairgen` does. */
async function newSigningKey(
  options: Parameters<typeof pkcs11Session>[0],
  { object, curve, extractable = false }: SigningKeyGiven,
): Promise<void> {
  const { use, close } = pkcs11Session(options)
  const { parameters, mechanism } = curves[curve]
  await use(({ driver, token, handle }) => {
    const id = randomBytes(8)
    const both = [
      { type: driver.CKA_TOKEN, value: true },
      { type: driver.CKA_LABEL, value: object },
      { type: driver.CKA_ID, value: id },
    ]
    const ecParameters = { type: driver.CKA_EC_PARAMS, value: Buffer.from(parameters, 'hex') }
    token.C_GenerateKeyPair(
      handle,
      { mechanism },
      [...both, { type: driver.CKA_VERIFY, value: true }, ecParameters],
      [
        ...both,
        { type: driver.CKA_PRIVATE, value: true },
        { type: driver.CKA_SENSITIVE, value: !extractable },
        { type: driver.CKA_EXTRACTABLE, value: extractable },
        { type: driver.CKA_SIGN, value: true },
      ],
    )
  })
  close()
}
