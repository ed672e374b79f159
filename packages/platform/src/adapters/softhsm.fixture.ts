// A token of SoftHSM2 in a folder of its own, where that is installed (Debian: softhsm2) and the driver is compiled; null otherwise.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pkcs11KeyProvider } from './pkcs11-key-provider.ts'

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
  return {
    folder,
    open: (given: { pin?: string; tokenLabel?: string } = {}) =>
      pkcs11KeyProvider({
        library,
        tokenLabel: given.tokenLabel ?? 'proofhouse',
        pin: async () => given.pin ?? '1234',
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
