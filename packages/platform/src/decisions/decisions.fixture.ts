// A decision log in a folder of its own, and decisions to put in it.

import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Bytes,
  type Erasure,
  formatVerifierKey,
  type JsonObject,
  keyIdOf,
  OperatingError,
  parseVerifierKey,
  signatureType,
} from '@proofhouse/evidence'
import { sign } from 'node:crypto'
import { DiskVaultFiles } from '../adapters/disk-vault-files.ts'
import { diskKeyFiles } from '../adapters/key-file.ts'
import { openLedgerDirectory } from '../adapters/ledger-directory.ts'
import { openDeployment } from './decision.ts'
import { DecisionLog } from './decision-log.ts'
import { readDeployment } from './deployment.ts'
import type { ErasureHost } from './emptying.ts'
import { openLedgerKey } from '../keys/index.ts'
import { openLedger } from '../ledger/index.ts'
import { type LedgerLimits, ledgerLimits } from '../ledger/limits.ts'
import { type Decide, memoryPlace, withFates } from '../ledger/stores.fixture.ts'
import { MemoryVaultFiles } from '../adapters/memory-vault-files.ts'
import type { KeyWrapper, VaultFiles } from './ports.ts'

export const origin = 'example.org/decisions'
export const place = { tenant: 'default', origin }

/** Wraps under a key in memory, with AES-256-GCM. */
export function wrapperOf(key: Uint8Array): KeyWrapper {
  return {
    wrap(plain, data) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(data)
      return Promise.resolve(
        new Uint8Array(
          Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
        ),
      )
    },
    unwrap(wrapped, data) {
      const cipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12)).setAAD(data)
      cipher.setAuthTag(wrapped.subarray(-16))
      try {
        const plain = [cipher.update(wrapped.subarray(12, -16)), cipher.final()]
        return Promise.resolve(new Uint8Array(Buffer.concat(plain)))
      } catch (cause) {
        throw new OperatingError('key-malformed', 'a wrapped key does not open', { cause })
      }
    },
    forget: () => Promise.resolve(),
  }
}

/** A log's signing key. */
export function newLogKey(name = origin) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw: Bytes = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  const type = signatureType.ed25519
  return {
    verifierKey: formatVerifierKey({ name, type, publicKey: raw }),
    signer: {
      name,
      keyId: keyIdOf(name, type, raw),
      sign: (message: Uint8Array) =>
        Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
    },
  }
}

export const deployments = new Map(
  [
    {
      id: 'credit-eu',
      model: '1e54bbd69b2150f2803d3d12c92483e31bd18b86a3dc2dde610793f70c4ac718',
      input: {
        age: { type: 'number', min: 0, max: 130 },
        income: { type: 'number' },
        region: { type: 'text', values: ['nord', 'sued'] },
        note: { type: 'text', optional: true },
        iban: { type: 'text', optional: true },
      },
      output: { label: { type: 'text' }, score: { type: 'number' } },
      outcome: 'label',
      mask: ['input/iban'],
      drop: ['input/note'],
      apart: ['input/income'],
    },
    {
      id: 'pumps',
      model: 'ab'.repeat(32),
      input: { pressure: { type: 'number' } },
      output: { alarm: { type: 'boolean' } },
      outcome: 'alarm',
      personal: false,
    },
    {
      id: 'bench',
      model: 'cd'.repeat(32),
      input: Object.fromEntries(
        Array.from({ length: 20 }, (_, k) => [
          `f${String(k).padStart(2, '0')}_feature_name`,
          { type: 'number' },
        ]),
      ),
      output: { label: { type: 'text' }, score: { type: 'number' } },
      outcome: 'label',
    },
  ].map((value) => {
    const deployment = readDeployment(value)
    return [deployment.id, openDeployment(deployment)] as const
  }),
)

/** A folder, its keys, and how to open the log in it again and again. */
export function newLog() {
  const folder = mkdtempSync(join(tmpdir(), 'proofhouse-decisions-'))
  const logKey = newLogKey()
  const root = randomBytes(32)
  const stated: Erasure[] = []
  const host: ErasureHost = {
    now: () => new Date('2026-02-01T00:00:00Z'),
    state: (erasure) => Promise.resolve(stated.push(erasure) - 1),
  }
  return {
    folder,
    root,
    host,
    stated,
    verifierKey: logKey.verifierKey,
    async open(): Promise<DecisionLog> {
      const files = await DiskVaultFiles.open(join(folder, 'vault'))
      const ledger = await openLedgerDirectory(join(folder, 'ledger'), logKey)
      return DecisionLog.open({ files, ledger, wrapper: wrapperOf(root) }, place, deployments)
    },
  }
}

/** A log in memory, which outlives whoever opened it. */
export function newMemoryLog(limits?: Partial<LedgerLimits>) {
  const logKey = newLogKey()
  const root = randomBytes(32)
  const stated: Erasure[] = []
  const host: ErasureHost = {
    now: () => new Date('2026-02-01T00:00:00Z'),
    state: (erasure) => Promise.resolve(stated.push(erasure) - 1),
  }
  const files = new MemoryVaultFiles()
  const stores = memoryPlace()
  return {
    files,
    host,
    stated,
    verifierKey: logKey.verifierKey,
    /** Opens it, with other files or ledger stores where given, or around its wrapper of keys. */
    async open(
      given: {
        readonly files?: VaultFiles
        readonly decide?: Decide
        readonly around?: (wrapper: KeyWrapper) => KeyWrapper
      } = {},
    ): Promise<DecisionLog> {
      const opened = withFates(await stores.open(), given.decide ?? (() => 'works'))
      const verifier = parseVerifierKey(logKey.verifierKey)
      const ledger = await openLedger({ ...opened, signer: logKey.signer }, verifier, {
        ...ledgerLimits,
        ...limits,
      })
      const { around = (plain) => plain } = given
      const wrapper = around(wrapperOf(root))
      return DecisionLog.open({ files: given.files ?? files, ledger, wrapper }, place, deployments)
    },
  }
}

/** A log on disk whose process is killed: its keys are files too, and statements are counted only. */
export async function openKilledLog(folder: string, keys: string, rootHex: string) {
  const logKey = await openLedgerKey(diskKeyFiles, keys, origin)
  const ledger = await openLedgerDirectory(join(folder, 'ledger'), logKey)
  const files = await DiskVaultFiles.open(join(folder, 'vault'))
  const wrapper = wrapperOf(Buffer.from(rootHex, 'hex'))
  let stated = 0
  const host: ErasureHost = { now: () => new Date(), state: () => Promise.resolve(stated++) }
  return { host, log: await DecisionLog.open({ files, ledger, wrapper }, place, deployments) }
}

/** An order to erase, by its id. */
export const orderOf = (erasureId: string) =>
  ({ erasureId, reason: 'request', requestedAt: '2026-02-01T00:00:00Z' }) as const

/** A decision about somebody. */
export const decisionOf = (sequence: number, given: JsonObject = {}): JsonObject => ({
  id: `A-${sequence}`,
  source: 'gateway-1',
  sequence,
  time: '2026-01-31T12:00:00.000Z',
  deployment: 'credit-eu',
  subject: `p-${sequence % 10}`,
  input: { age: 41, income: 52_000.5, region: 'nord' },
  output: { label: sequence % 3 === 0 ? 'declined' : 'approved', score: 0.875 },
  explanation: { age: -0.125, income: 0.5 },
  context: { channel: 'branch' },
  ...given,
})
