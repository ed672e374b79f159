// Records a statement unless the ledger holds the same one already, signed by a key that is believed.

import {
  assert,
  canonicalJson,
  encodeEnvelope,
  fromBase64,
  type JsonObject,
  parseStatement,
  type PredicateType,
  sha256Hex,
  type Statement,
} from '@proofhouse/evidence'
import { isVouched } from '../registry/index.ts'
import type { Workspace } from './services.ts'
import { statementEnvelope } from './statement-envelopes.ts'

/** A statement's place in the ledger, and whether this call put it there. */
export interface RecordedOnce {
  readonly index: number
  /** SHA-256 of the envelope. */
  readonly digest: string
  readonly isNew: boolean
}

/** Appends that wait for the disk together. */
const appendsAtOnce = 64

/** Records a statement, or finds the one of the same content: names of subjects do not count, digests do. */
export async function recordOnce<Predicate extends JsonObject>(
  workspace: Workspace,
  type: PredicateType<Predicate>,
  statement: Statement<Predicate>,
): Promise<RecordedOnce> {
  const [recorded] = await recordEachOnce(workspace, type, [statement])
  assert(recorded !== undefined, 'one statement has one place')
  return recorded
}

/** The same for many statements, in their order; the ledger is read once. */
export async function recordEachOnce<Predicate extends JsonObject>(
  workspace: Workspace,
  type: PredicateType<Predicate>,
  statements: readonly Statement<Predicate>[],
): Promise<RecordedOnce[]> {
  const keys = statements.map(contentOf)
  const found = await findRecorded(workspace, type, new Set(keys))
  const first = new Map(keys.map((key, at) => [key, at] as const).toReversed())
  const isFirst = (key: string, at: number) => !found.has(key) && first.get(key) === at
  const missing = keys.flatMap((key, at) => {
    const statement = statements[at]
    return statement !== undefined && isFirst(key, at) ? [{ key, statement }] : []
  })
  for (let at = 0; at < missing.length; at += appendsAtOnce)
    await Promise.all(
      missing.slice(at, at + appendsAtOnce).map(async ({ key, statement }) => {
        const { index, digest } = await workspace.recorder.record(statement)
        found.set(key, { index, digest, isNew: true })
      }),
    )
  return keys.map((key, at) => {
    const recorded = found.get(key)
    assert(recorded !== undefined, 'every statement is recorded')
    // The same statement twice is recorded by the first.
    return first.get(key) === at ? recorded : { ...recorded, isNew: false }
  })
}

/** The statements of these contents that the ledger holds, signed by a key that is believed. */
async function findRecorded<Predicate extends JsonObject>(
  workspace: Workspace,
  type: PredicateType<Predicate>,
  wanted: ReadonlySet<string>,
): Promise<Map<string, RecordedOnce>> {
  const found = new Map<string, RecordedOnce>()
  for await (const { index, entry } of workspace.entries()) {
    const envelope = await statementEnvelope(workspace, entry, type.uri)
    if (envelope === null) continue
    const key = contentOf(parseStatement(fromBase64(envelope.payload)))
    if (!wanted.has(key) || found.has(key)) continue
    if (!(await isVouched(envelope, workspace.verifiers))) continue
    found.set(key, { index, digest: sha256Hex(encodeEnvelope(envelope)), isNew: false })
  }
  return found
}

const contentOf = ({ subject, predicate }: Pick<Statement<JsonObject>, 'subject' | 'predicate'>) =>
  sha256Hex(canonicalJson({ digests: subject.map(({ digest }) => digest ?? {}), predicate }))
