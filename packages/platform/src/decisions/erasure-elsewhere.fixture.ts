// The story of an erasure where a log's vault is on a server: what the vault holds is copied out file by file and opened with every key that
// is left, and the server's own folder is searched for the sealed bytes, which it may keep for a while.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Erasure, OperatingError, parseVerifierKey } from '@proofhouse/evidence'
import { openLedger } from '../ledger/index.ts'
import { memoryPlace } from '../ledger/stores.fixture.ts'
import { DecisionLog } from './decision-log.ts'
import { decisionOf, deployments, newLogKey, orderOf, place } from './decisions.fixture.ts'
import { closeEpoch, eraseSubject } from './emptying.ts'
import {
  contentsIn,
  epochKeysIn,
  placesOf,
  rawFiles,
  subjectKeysIn,
} from './erasure-story.fixture.ts'
import type { KeyWrapper, VaultFiles } from './ports.ts'

/** A keyring with a key for each thing that it wraps; what it forgets opens no more. */
function forgettingWrapper(): KeyWrapper {
  const keys = new Map<string, Buffer>()
  const nameOf = (data: Uint8Array) => Buffer.from(data).toString('hex')
  return {
    wrap(plain, data) {
      const key = keys.get(nameOf(data)) ?? randomBytes(32)
      keys.set(nameOf(data), key)
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const sealed = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]
      return Promise.resolve(new Uint8Array(Buffer.concat(sealed)))
    },
    unwrap(wrapped, data) {
      const key = keys.get(nameOf(data))
      if (key === undefined)
        return Promise.reject(new OperatingError('key-malformed', 'that key was destroyed'))
      const cipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12))
      cipher.setAuthTag(wrapped.subarray(-16))
      const plain = [cipher.update(wrapped.subarray(12, -16)), cipher.final()]
      return Promise.resolve(new Uint8Array(Buffer.concat(plain)))
    },
    forget(data) {
      keys.delete(nameOf(data))
      return Promise.resolve()
    },
  }
}

/** What was found of an erased person, in an order of time. */
export interface ErasureSeen {
  /** Where their values are, once everything that a key is held for is opened. */
  readonly values: readonly string[]
  /** The same of a copy of the vault that was made before the erasure, with the keys that are held now. */
  readonly inOlderCopy: readonly string[]
  /** Whether the server's folder holds their sealed content, and the sealed page with their key. */
  readonly sealed: { readonly content: boolean; readonly page: boolean }
}

/** A vault on a server. */
export interface ServerVault {
  readonly files: VaultFiles
  /** Every byte that the server keeps. */
  readonly serverFolder: string
  /** Brings what the server has in memory to its disk. */
  flush(): Promise<void>
}

async function copyOf(files: VaultFiles): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vault-copy-'))
  mkdirSync(join(folder, 'vault'))
  for (const { name } of await files.list()) {
    const bytes = await files.read(name, 0, Number.MAX_SAFE_INTEGER)
    writeFileSync(join(folder, 'vault', name), bytes ?? new Uint8Array())
  }
  return folder
}

/** Samples of some bytes, short enough to stand in one page of whatever keeps them; few, because every byte is searched for each. */
const samplesOf = (bytes: Uint8Array | null) =>
  [0.2, 0.5, 0.8].map((part) => {
    const at = Math.floor(part * (bytes?.length ?? 0))
    return Buffer.from(bytes?.subarray(at, at + 24) ?? [])
  })

/** Writes decisions, erases a person, ends the epoch; tells what was found before, between and after. */
export async function tellErasureStory(vault: ServerVault) {
  const { files } = vault
  const wrapper = forgettingWrapper()
  const logKey = newLogKey()
  const opened = await memoryPlace().open()
  const verifier = parseVerifierKey(logKey.verifierKey)
  const ledger = await openLedger({ ...opened, signer: logKey.signer }, verifier)
  const stated: Erasure[] = []
  const host = {
    now: () => new Date('2026-02-01T00:00:00Z'),
    state: (erasure: Erasure) => Promise.resolve(stated.push(erasure) - 1),
  }
  const log = await DecisionLog.open({ files, ledger, wrapper }, place, deployments)
  const about = { subject: 'erika-mustermann-77', id: 'case-8812' }
  const decisions = Array.from({ length: 12 }, (_, n) => decisionOf(n, n === 3 ? about : {}))
  await log.append(decisions)
  const tag = log.tagger.tagOf('subject', about.subject)
  const values = [about.subject, about.id, tag].map((value) => Buffer.from(value))
  const entries: Uint8Array[] = []
  for await (const { entry } of ledger.read(0, log.size)) entries.push(entry)

  const valuesIn = async (folder: string) => {
    const within = join(folder, 'vault')
    const keys = subjectKeysIn(within, await epochKeysIn(within, wrapper))
    const pages = keys.map((one) => ({ where: 'a page of keys', bytes: one.tag }))
    const contents = await contentsIn(within, { root: wrapper, keys, entries })
    return placesOf([...rawFiles(folder), ...pages, ...contents], values)
  }
  const row = await log.index.row(3)
  if (row === null) throw new Error('assertion failed: the third decision is there')
  const content = await log.vault.read(row)
  const page = await files.read('keys-00000001', 0, Number.MAX_SAFE_INTEGER)
  const samples = {
    content: samplesOf(content),
    page: samplesOf(page),
  }
  if ([...samples.content, ...samples.page].some(({ length }) => length !== 24))
    throw new Error('assertion failed: there is something to look for')
  const older = await copyOf(files)
  const look = async (): Promise<ErasureSeen> => {
    await vault.flush()
    const copy = await copyOf(files)
    const raw = rawFiles(vault.serverFolder)
    const isThere = (of: readonly Buffer[]) => placesOf(raw, of).length > 0
    const inServer = placesOf(raw, values).map((where) => `${where} of the server`)
    const seen = {
      values: [...(await valuesIn(copy)), ...inServer],
      inOlderCopy: await valuesIn(older),
      sealed: { content: isThere(samples.content), page: isThere(samples.page) },
    }
    rmSync(copy, { recursive: true })
    return seen
  }
  const before = await look()
  await eraseSubject(log, about.subject, orderOf('e1'), host)
  const pending = await look()
  await closeEpoch(log, host)
  const final = await look()
  const states = stated.map(({ state }) => state)
  await log.close()
  rmSync(older, { recursive: true })
  return {
    before,
    pending,
    final,
    states,
    sealedInFolder: () => rawFiles(vault.serverFolder),
    samples,
  }
}
