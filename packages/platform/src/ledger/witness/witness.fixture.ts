// Witnesses for trying logs on, and a log for trying witnesses on.

import { generateKeyPairSync, sign } from 'node:crypto'
import {
  type Bytes,
  formatVerifierKey,
  keyIdOf,
  type NoteSigner,
  parseVerifierKey,
  signatureType,
  textOf,
} from '@proofhouse/evidence'
import { MemoryLockStore } from '../../adapters/memory-ledger.ts'
import { newLedgerKey } from '../fsck/fsck.fixture.ts'
import { openLedger } from '../open-ledger.ts'
import type { LockStore } from '../ports.ts'
import { memoryPlace } from '../stores.fixture.ts'
import type { WitnessReply, WitnessServer } from './ask-witness.ts'
import { Witness, type WitnessAnswer } from './witness.ts'

/** The time that witnesses here go by, in Unix seconds. */
export const fixedSeconds = 1_700_000_000

/** A key that cosigns, both halves. */
export function newWitnessKey(name: string): { signer: NoteSigner; verifierKey: string } {
  const pair = generateKeyPairSync('ed25519')
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  const type = signatureType.cosignatureV1
  return {
    signer: {
      name,
      keyId: keyIdOf(name, type, publicKey),
      sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, pair.privateKey))),
    },
    verifierKey: formatVerifierKey({ name, type, publicKey }),
  }
}

const replyOf = ({ status, headers, body }: WitnessAnswer): WitnessReply => ({
  status,
  retryAfterMs: headers['retry-after'] === undefined ? null : Number(headers['retry-after']) * 1000,
  body: new Uint8Array(Buffer.from(body)),
})

/** A witness of one log, its server without HTTP, and every request it was sent. */
export async function witnessOf(
  logKey: string,
  given: {
    readonly name?: string
    readonly store?: LockStore
    readonly nowSeconds?: () => number
  } = {},
) {
  const { name = 'w.example/1', store = new MemoryLockStore() } = given
  const { nowSeconds = () => fixedSeconds } = given
  const key = newWitnessKey(name)
  const log = parseVerifierKey(logKey)
  const witness = await Witness.open({
    logs: [{ origin: log.name, keys: [log], store }],
    signer: key.signer,
    nowSeconds,
  })
  const sent: string[] = []
  const server: WitnessServer = {
    async addCheckpoint(body: Bytes) {
      sent.push(textOf(body))
      return replyOf(await witness.addCheckpoint(body))
    },
  }
  return { ...key, witness, server, sent, store }
}

/** A ledger in memory with its stores and its key. */
export async function newLog() {
  const key = newLedgerKey()
  const stores = await memoryPlace().open()
  const verifier = parseVerifierKey(key.verifierKey)
  const open = () => openLedger({ ...stores, signer: key.signer }, verifier)
  return { ...key, stores, open }
}
