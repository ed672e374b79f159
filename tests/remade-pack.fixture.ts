// Makes a pack anew, as its own operator could: other statements and files, soundly signed and logged under keys of one's own.
// Cryptography cannot tell such a pack from an honest one; only its verdict can give it away.

import { generateKeyPairSync, sign } from 'node:crypto'
import {
  appendLeaf,
  type Bytes,
  buildPack,
  ecdsaSigner,
  emptyFrontier,
  encodeLedgerEntry,
  formatCheckpoint,
  formatTlogProof,
  formatVerifierKey,
  fromBase64,
  frontierRoot,
  isJsonObject,
  type JsonObject,
  keyIdOf,
  leafHash,
  type NodeId,
  nodeHash,
  parseCanonicalJson,
  canonicalJson,
  parseLedgerEntry,
  proveInclusion,
  readPack,
  resolveReference,
  signatureType,
  signEnvelope,
  signNote,
  statementPayloadType,
  encodeEnvelope,
} from '@proofhouse/evidence'

/** Everything in a pack that its operator may choose. */
export interface Remade {
  readonly statements: readonly JsonObject[]
  readonly files: ReadonlyMap<string, Bytes>
}

const origin = 'operator.example/log'

/** The statements and files of a pack. */
function contentOf(pack: Uint8Array): Remade {
  const { statements, files } = readPack(pack)
  return {
    files,
    statements: statements.map(({ entry, envelope }) => {
      const parsed = parseLedgerEntry(entry)
      const { payload } =
        parsed.kind === 'envelope'
          ? parsed.envelope
          : resolveReference(parsed.reference, envelope ?? new Uint8Array())
      const statement = parseCanonicalJson(fromBase64(payload))
      if (!isJsonObject(statement)) throw new Error('a statement is an object')
      return statement
    }),
  }
}

/** A whole subtree's hash. */
function nodeOf(leaves: readonly Uint8Array[], { level, index }: NodeId): Uint8Array {
  if (level === 0) return leaves[index] ?? new Uint8Array()
  const below = { level: level - 1, index: index * 2 }
  return nodeHash(nodeOf(leaves, below), nodeOf(leaves, { ...below, index: below.index + 1 }))
}

/** A sound pack of what `change` makes of another one's content. */
export async function remakePack(
  pack: Uint8Array,
  change: (content: Remade) => Remade,
): Promise<Uint8Array> {
  const { statements, files } = change(contentOf(pack))
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' })
  const privateKeyPem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const signer = await ecdsaSigner({ privateKeyPem, publicKeyPem })
  const envelopes = await Promise.all(
    statements.map((statement) =>
      signEnvelope(
        { payloadType: statementPayloadType, payload: canonicalJson(statement) },
        signer,
      ),
    ),
  )
  const entries = envelopes.map((envelope) => ({ envelope, ...encodeLedgerEntry(envelope) }))
  const leaves = entries.map(({ entry }) => leafHash(entry))
  const root = frontierRoot(leaves.reduce((f, leaf) => appendLeaf(f, leaf), emptyFrontier))
  const { privateKey, publicKey: logPublic } = generateKeyPairSync('ed25519')
  const publicKey = new Uint8Array(logPublic.export({ type: 'spki', format: 'der' }).subarray(-32))
  const checkpoint = await signNote(
    formatCheckpoint({ origin, size: leaves.length, root: new Uint8Array(root) }),
    [
      {
        name: origin,
        keyId: keyIdOf(origin, signatureType.ed25519, publicKey),
        sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
      },
    ],
  )
  const prove = async (index: number) => {
    const getNode = (node: NodeId) => Promise.resolve(nodeOf(leaves, node))
    const hashes = await proveInclusion(index, leaves.length, getNode)
    return formatTlogProof({ extra: null, index, hashes, checkpoint })
  }
  return buildPack({
    checkpoint,
    verifierKey: formatVerifierKey({ name: origin, type: signatureType.ed25519, publicKey }),
    statements: await Promise.all(
      entries.map(async ({ entry, blob, envelope }, index) => ({
        index,
        entry,
        proof: await prove(index),
        envelope: blob === null ? null : encodeEnvelope(envelope),
      })),
    ),
    publicKeys: [publicKeyPem],
    files,
  })
}
