// Ledgers for trying checks on, written by the formats alone and hashed by the plain definition: nothing of the sequencer's or the
// check's own code, so that the two cannot be wrong together.

import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import {
  appendLeaf,
  assert,
  type Bytes,
  bundlesOfSize,
  concatBytes,
  emptyFrontier,
  encodeBundle,
  entriesPath,
  formatCheckpoint,
  formatVerifierKey,
  frontierRoot,
  keyIdOf,
  leafHash,
  type NoteSigner,
  signatureType,
  signNote,
  tilePath,
  tilesOfSize,
  tileWidth,
  utf8,
} from '@proofhouse/evidence'
import { encodeSlot, slotSizeBytes } from '../committed-slots.ts'
import type { TileStore } from '../ports.ts'
import { recordHeader } from '../staged-batch.ts'

/** The files of a ledger by path. */
export type LedgerFiles = Map<string, Bytes>

const sha = (bytes: Uint8Array) => new Uint8Array(hash('sha256', bytes, 'buffer'))
const origin = 'ledger.example/fsck'

/** A key for a ledger, both halves. */
export function newLedgerKey(name: string = origin): { signer: NoteSigner; verifierKey: string } {
  const pair = generateKeyPairSync('ed25519')
  const secret: KeyObject = pair.privateKey
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  const type = signatureType.ed25519
  return {
    signer: {
      name,
      keyId: keyIdOf(name, type, publicKey),
      sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, secret))),
    },
    verifierKey: formatVerifierKey({ name, type, publicKey }),
  }
}

const ledgerKey = newLedgerKey()

/** Entries of differing lengths, an empty one among them. */
export function entriesOf(count: number): Bytes[] {
  return Array.from({ length: count }, (_, n) =>
    n % 7 === 3 ? new Uint8Array() : utf8(`entry ${n} ${'.'.repeat(n % 5)}`),
  )
}

function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  let frontier = emptyFrontier
  for (const one of hashes) frontier = appendLeaf(frontier, one, sha)
  return frontierRoot(frontier, sha)
}

/** Bundles and tiles of the first `size` entries. */
export function treeFiles(entries: readonly Bytes[], size: number = entries.length): LedgerFiles {
  const files: LedgerFiles = new Map()
  for (const bundle of bundlesOfSize(size)) {
    const from = bundle.index * tileWidth
    files.set(entriesPath(bundle), encodeBundle(entries.slice(from, from + bundle.width)))
  }
  const levels: Uint8Array[][] = []
  for (const { level, index, width } of tilesOfSize(size)) {
    levels[level] ??=
      level === 0
        ? entries.slice(0, size).map((entry) => leafHash(entry, sha))
        : Array.from({ length: Math.floor((levels[level - 1]?.length ?? 0) / tileWidth) }, (_, n) =>
            rootOf(levels[level - 1]?.slice(n * tileWidth, (n + 1) * tileWidth) ?? []),
          )
    const hashes = levels[level].slice(index * tileWidth, index * tileWidth + width)
    files.set(tilePath({ level, index, width }), concatBytes(...hashes))
  }
  return files
}

/** The signed head of the first `size` entries. */
function checkpointOf(entries: readonly Bytes[], size: number = entries.length): Promise<string> {
  const root = new Uint8Array(rootOf(entries.slice(0, size).map((entry) => leafHash(entry, sha))))
  return signNote(formatCheckpoint({ origin, size, root }), [ledgerKey.signer])
}

/** The bytes of `.committed` after these heads, the last of which counts. */
function committedOf(notes: readonly string[]): Bytes {
  const bytes = new Uint8Array(2 * slotSizeBytes)
  for (const [n, note] of notes.entries())
    bytes.set(encodeSlot({ sequence: n + 1, note }), ((n + 1) % 2) * slotSizeBytes)
  return bytes
}

/** A staging file's record of consecutive entries. */
export function stagedRecord(entries: readonly Bytes[], firstIndex: number): Bytes {
  const bundle = encodeBundle(entries)
  const batch = { firstIndex, count: entries.length, bundle }
  return concatBytes(recordHeader(batch), bundle)
}

/** A ledger closed in good order, with the heads it had before. */
export async function buildLedger(
  size: number,
  olderSizes: readonly number[] = [0],
): Promise<LedgerFiles> {
  const entries = entriesOf(size)
  const files = treeFiles(entries)
  const note = await checkpointOf(entries)
  const older = await Promise.all(olderSizes.map((n) => checkpointOf(entries, n)))
  files.set('checkpoint', utf8(note))
  files.set('ledger.vkey', utf8(`${ledgerKey.verifierKey}\n`))
  files.set('.committed', committedOf([...older, note]))
  files.set('.lock', new Uint8Array())
  return files
}

const refuse = () => Promise.reject(new Error('assertion failed: a check writes nothing'))

/** A store over files that are already there, for reading. */
export function storeOf(files: LedgerFiles): TileStore {
  return {
    read: (path) => Promise.resolve(files.get(path)?.slice() ?? null),
    write: refuse,
    sync: refuse,
    remove: refuse,
    async *list() {
      yield* files.keys()
    },
  }
}

/** The files with one of them replaced, or removed by null. */
export function withFile(files: LedgerFiles, path: string, content: Bytes | null): LedgerFiles {
  const changed = new Map(files)
  if (content === null) changed.delete(path)
  else changed.set(path, content)
  return changed
}

/** The content with one byte changed in one bit or more. */
export function flipped(content: Bytes, at: number, mask = 1): Bytes {
  const changed = content.slice()
  changed[at] = (changed[at] ?? 0) ^ mask
  return changed
}

/** The content of a file that must be there. */
export function contentOf(files: LedgerFiles, path: string): Bytes {
  const content = files.get(path)
  assert(content !== undefined, `the ledger has a file ${path}`)
  return content
}

/**
 * A ledger of 700 prepared entries that stopped with 500 published and 600 committed: staged since
 * before the publication, in two files, with some tiles written ahead.
 */
export async function crashedLedger(): Promise<LedgerFiles> {
  const entries = entriesOf(700)
  const files = await buildLedger(500)
  files.set(
    '.committed',
    committedOf([await checkpointOf(entries, 500), await checkpointOf(entries, 600)]),
  )
  files.set(
    '.committed',
    committedOf(await Promise.all([500, 550, 600].map((n) => checkpointOf(entries, n)))),
  )
  const first = stagedRecord(entries.slice(490, 560), 490)
  files.set('.staging/0000000000000490', first)
  files.set('.staging/0000000000000560', stagedRecord(entries.slice(560, 600), 560))
  const ahead = treeFiles(entries, 600)
  for (const path of ['tile/0/001', 'tile/entries/001', 'tile/0/002.p/88', 'tile/1/000.p/2'])
    files.set(path, contentOf(ahead, path))
  return files
}
