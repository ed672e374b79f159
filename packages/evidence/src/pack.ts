// Audit packs: everything needed to verify evidence offline, in one file. A manifest lists every
// other file by digest; each statement comes as its ledger entry with a proof up to the pack's
// checkpoint. Page: spec/pack.md. What a pack proves and what only outside keys can prove is in
// pack-verify.ts.

import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'
import { type HexDigest, sha256Hex } from './digest.ts'
import { keyHint } from './ecdsa.ts'
import { type Bytes, textOf, utf8 } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'
import { isJsonObject, type JsonValue } from './json.ts'
import { type PackFiles, readArchive, writeArchive } from './pack-archive.ts'

/** The `type` of every manifest. */
export const packType = 'https://proofhouse.dev/pack/v1'

/** A statement in a pack. */
export interface PackStatement {
  /** Ledger index of its entry. */
  readonly index: number
  /** The entry's bytes. */
  readonly entry: Bytes
  /** Text of the proof that the entry is in the tree of the pack's checkpoint. */
  readonly proof: string
  /** The envelope's bytes, when the entry only pins it by digest; null otherwise. */
  readonly envelope: Bytes | null
}

/** What a pack holds. */
export interface PackContent {
  /** The checkpoint's note with all its signatures, verbatim. */
  readonly checkpoint: string
  /** The log's verifier key in one line. */
  readonly verifierKey: string
  readonly statements: readonly PackStatement[]
  /** Public keys in PEM that the envelopes verify under. */
  readonly publicKeys: readonly string[]
  /** Reports and other files by name. */
  readonly files: PackFiles
}

/** A file of a pack as its manifest lists it. */
export interface PackFile {
  readonly name: string
  readonly sha256: HexDigest
  readonly sizeBytes: number
}

const manifestName = 'manifest.json'
const checkpointName = 'ledger/checkpoint'
const verifierKeyName = 'ledger/ledger.vkey'

/**
 * The bytes of a pack: the same content always gives the same bytes.
 * @throws pack-malformed when a file's name is not plain, or there is too much
 */
export function buildPack(content: PackContent): Bytes {
  const files = new Map<string, Bytes>([
    [checkpointName, utf8(content.checkpoint)],
    [verifierKeyName, utf8(`${content.verifierKey.trim()}\n`)],
  ])
  for (const { index, entry, proof, envelope } of content.statements) {
    assert(!files.has(`statements/${index}.entry`), 'every statement stands in a pack once')
    files.set(`statements/${index}.entry`, entry)
    files.set(`statements/${index}.tlog-proof`, utf8(proof))
    if (envelope !== null) files.set(`statements/${index}.envelope`, envelope)
  }
  for (const pem of content.publicKeys) files.set(`keys/${keyHint(pem)}.pub`, utf8(pem))
  for (const [name, bytes] of content.files) files.set(`files/${name}`, bytes)
  return writeArchive(new Map([...files, [manifestName, manifestOf(files)]]))
}

/**
 * What a pack holds, once its archive and every digest of its manifest hold. Nothing is proven by
 * that yet: see verifyPack.
 * @throws pack-malformed, pack-invalid
 */
export function readPack(
  bytes: Uint8Array,
): PackContent & { readonly listed: readonly PackFile[] } {
  const archive = readArchive(bytes)
  const files = new Map([...archive].filter(([name]) => name !== manifestName))
  const listed = checkManifest(archive.get(manifestName), files)
  const statements = new Map<number, Partial<Record<string, Bytes>>>()
  const publicKeys: string[] = []
  const others = new Map<string, Bytes>()
  for (const [name, content] of files) {
    const statement = /^statements\/(0|[1-9]\d{0,15})\.(entry|tlog-proof|envelope)$/.exec(name)
    if (statement !== null) {
      const [, index = '', part = ''] = statement
      statements.set(Number(index), { ...statements.get(Number(index)), [part]: content })
    } else if (name.startsWith('keys/')) publicKeys.push(readKey(name, content))
    else if (name.startsWith('files/')) others.set(name.slice('files/'.length), content)
    else if (name !== checkpointName && name !== verifierKeyName)
      throw malformed(`holds \`${name}\`, which has no place in a pack`)
  }
  if (statements.size === 0) throw malformed('holds no statement, so it proves nothing')
  return {
    checkpoint: textOf(required(files, checkpointName)),
    verifierKey: textOf(required(files, verifierKeyName)).trimEnd(),
    statements: [...statements]
      .map(([index, parts]) => statementOf(index, parts))
      .toSorted((a, b) => a.index - b.index),
    publicKeys,
    files: others,
    listed,
  }
}

function manifestOf(files: PackFiles): Bytes {
  const listed = [...files]
    .map(([name, content]) => ({ name, sha256: sha256Hex(content), sizeBytes: content.length }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return canonicalJson({ type: packType, files: listed })
}

/** Holds a manifest against the files that are there, and says which one differs. */
function checkManifest(manifest: Bytes | undefined, files: PackFiles): readonly PackFile[] {
  if (manifest === undefined) throw malformed('has no `manifest.json`')
  const value = parseCanonicalJson(manifest)
  if (!isJsonObject(value) || value['type'] !== packType)
    throw malformed(`is not of type \`${packType}\``)
  const members: readonly JsonValue[] = Array.isArray(value['files']) ? value['files'] : []
  const listed = members.map((member) => readListed(member))
  for (const { name, sha256, sizeBytes } of listed) {
    const content = files.get(name)
    if (content === undefined) throw invalid(`lists \`${name}\`, which is not there`)
    if (content.length !== sizeBytes || sha256Hex(content) !== sha256)
      throw invalid(`holds \`${name}\`, which is not the file that was listed`)
  }
  const names = new Set(listed.map(({ name }) => name))
  const unlisted = [...files.keys()].find((name) => !names.has(name))
  if (unlisted !== undefined) throw invalid(`holds \`${unlisted}\`, which is not listed`)
  // With every digest right, the one canonical manifest of these files is the only one that fits.
  if (textOf(manifest) !== textOf(manifestOf(files))) throw malformed('has an unsound manifest')
  return listed
}

function readListed(value: JsonValue): PackFile {
  const { name, sha256, sizeBytes } = isJsonObject(value) ? value : {}
  if (typeof name !== 'string' || typeof sha256 !== 'string' || typeof sizeBytes !== 'number')
    throw malformed('has an unsound manifest')
  return { name, sha256, sizeBytes }
}

function readKey(name: string, content: Bytes): string {
  const pem = textOf(content)
  if (name !== `keys/${keyHint(pem)}.pub`)
    throw invalid(`holds \`${name}\`, which is not named for its key`)
  return pem
}

function statementOf(index: number, parts: Partial<Record<string, Bytes>>): PackStatement {
  const { entry, envelope = null } = parts
  const proof = parts['tlog-proof']
  if (entry === undefined || proof === undefined)
    throw malformed(`has statement ${index} without its entry or its proof`)
  return { index, entry, proof: textOf(proof), envelope }
}

function required(files: PackFiles, name: string): Bytes {
  const content = files.get(name)
  if (content === undefined) throw malformed(`has no \`${name}\``)
  return content
}

function malformed(problem: string): OperatingError {
  return new OperatingError('pack-malformed', `pack ${problem}`)
}

function invalid(problem: string): OperatingError {
  return new OperatingError('pack-invalid', `pack ${problem}; it was changed after it was made`)
}
