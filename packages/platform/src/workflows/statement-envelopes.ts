// The statements of one type that a ledger holds, those too large for an entry included.

import {
  type Envelope,
  fromBase64,
  parseLedgerEntry,
  parseStatement,
  resolveReference,
  statementPayloadType,
} from '@proofhouse/evidence'
import type { Workspace } from './services.ts'

/** The envelope of an entry that is a statement of the type; null for any other entry. */
export async function statementEnvelope(
  { blobs }: Pick<Workspace, 'blobs'>,
  entry: Uint8Array,
  predicateType: string,
): Promise<Envelope | null> {
  const parsed = parseLedgerEntry(entry)
  if (parsed.kind === 'reference') {
    const { reference } = parsed
    if (reference.predicateType !== predicateType) return null
    return resolveReference(reference, await blobs.get(reference.digest))
  }
  if (parsed.envelope.payloadType !== statementPayloadType) return null
  const statement = parseStatement(fromBase64(parsed.envelope.payload))
  return statement.predicateType === predicateType ? parsed.envelope : null
}
