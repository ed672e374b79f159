// Makes evidence count: signs a statement, appends it to the ledger, and keeps what is too large for an entry as a blob.
// INVARIANT: a blob is durable before the entry that names it is appended, so no entry ever points at nothing.

import {
  type Bytes,
  type DsseSigner,
  encodeEnvelope,
  encodeLedgerEntry,
  encodeStatement,
  type Envelope,
  type JsonObject,
  signEnvelope,
  sha256Hex,
  type Statement,
  statementPayloadType,
} from '@proofhouse/evidence'
import type { Ledger } from '../ledger/index.ts'

/** Bytes kept by their SHA-256. */
export interface BlobStore {
  /** Durable on return. */
  put(digest: string, bytes: Bytes): Promise<void>
  /** @throws file-missing */
  get(digest: string): Promise<Bytes>
}

/** A statement with its place in the ledger. */
export interface RecordedStatement {
  readonly index: number
  readonly predicateType: string
  /** SHA-256 of the envelope. */
  readonly digest: string
  readonly envelope: Envelope
}

/** Appends signed statements. */
export interface StatementRecorder {
  /** Signs and appends; the statement counts once this resolves. @throws storage-failed and the ledger's own errors */
  record(statement: Statement<JsonObject>): Promise<RecordedStatement>
  /** Appends an envelope that is signed already, such as a model signature. */
  recordEnvelope(envelope: Envelope, predicateType: string): Promise<RecordedStatement>
}

/** A recorder over a ledger, a blob store and a signer. */
export function statementRecorder(
  ledger: Pick<Ledger, 'append'>,
  blobs: BlobStore,
  signer: DsseSigner,
): StatementRecorder {
  const recordEnvelope = async (envelope: Envelope, predicateType: string) => {
    const { entry, blob } = encodeLedgerEntry(envelope)
    if (blob !== null) await blobs.put(blob.digest, blob.bytes)
    const index = await ledger.append(entry)
    return { index, predicateType, digest: sha256Hex(encodeEnvelope(envelope)), envelope }
  }
  return {
    recordEnvelope,
    async record(statement) {
      const payload = encodeStatement(statement)
      const envelope = await signEnvelope({ payloadType: statementPayloadType, payload }, signer)
      return recordEnvelope(envelope, statement.predicateType)
    },
  }
}
