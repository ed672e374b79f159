// What the evidence log of a workspace states about its decision log: its newest head, what was erased, and what deployments
// declared. Where those statements stand
// is kept in `decisions/stated.json` with the place up to which the evidence log was read, so that opening reads what is new alone. The
// file is signed with the workspace's key, belongs to the tree that it was made from, and is made anew when it is not there.

import { join } from 'node:path'
import {
  type Bytes,
  canonicalJson,
  decisionLog,
  deploymentDeclared,
  encodeEnvelope,
  equalBytes,
  erasure,
  fromBase64,
  isJsonObject,
  type JsonObject,
  OperatingError,
  parseEnvelope,
  parseJson,
  parseLedgerEntry,
  parseStatement,
  type PredicateType,
  readStatement,
  resolveReference,
  type ResourceDescriptor,
  sha256Hex,
  signEnvelope,
  toBase64,
  utf8,
  verifyEnvelope,
} from '@proofhouse/evidence'
import {
  type OpenDeployment,
  openDeployment,
  readDeployment,
  type StatedErasure,
} from '../decisions/index.ts'
import { earlierRoot } from '../ledger/index.ts'
import { type Restore, withoutLost } from './lost-entries.ts'
import type { Files, Workspace } from './services.ts'

const keptName = 'decisions/stated.json'
const keptType = 'application/vnd.proofhouse.stated-decisions.v2+json'
const keptMaxBytes = 64 * 1_048_576
/** Entries that are read again rather than written about. */
const unkeptMax = 32

/** Statement subject of a decision log. */
export const logSubject = (origin: string): ResourceDescriptor => ({
  name: origin,
  digest: { sha256: sha256Hex(utf8(origin)) },
})

/** A head, as the entry `index` of the evidence log states it. */
export interface StatedHead {
  readonly index: number
  readonly size: number
  readonly root: Bytes
}

/** Of one decision log: its newest head, the restores, and the entries that state erasures from it, and deployments. */
type OfLog = {
  head: { readonly index: number; readonly size: number; readonly root: string } | null
  readonly restores: Restore[]
  readonly erasures: number[]
  readonly deployments: number[]
}

/** What is kept: everything that the first `size` entries, of this root, state, by origin of the log. */
type Kept = {
  readonly size: number
  readonly root: string
  readonly logs: Readonly<Record<string, OfLog>>
}

type Entries = Pick<Workspace, 'ledger' | 'blobs' | 'verifiers' | 'signingKey' | 'folder'>

/** What a workspace's evidence log states about decision logs. */
export class StatedDecisions {
  readonly #workspace: Entries
  readonly #logs: Map<string, OfLog>

  private constructor(workspace: Entries, logs: Map<string, OfLog>) {
    this.#workspace = workspace
    this.#logs = logs
  }

  /**
   * Reads what was added to the evidence log since it was last read.
   * @param mayBeOlder takes an evidence log that is older than one that was read before
   * @throws ledger-older where it is older, or another; envelope-signature-invalid where a statement is not the workspace's
   */
  static async read(
    workspace: Entries,
    files: Pick<Files, 'kind' | 'read' | 'write'>,
    mayBeOlder = false,
  ): Promise<StatedDecisions> {
    const path = join(workspace.folder, keptName)
    const { checkpoint } = await workspace.ledger.checkpoint()
    let kept = await readKept(workspace, files, path)
    if (kept !== null && !(await isEarlier(kept, workspace, checkpoint.size))) {
      if (!mayBeOlder)
        throw new OperatingError(
          'ledger-older',
          `the evidence log ends before, or differs from, the ${kept.size} entries that were read of it: it is an older copy; bring back the newest one, or declare the loss with \`proofhouse decisions restore\``,
        )
      kept = null
    }
    const stated = new StatedDecisions(workspace, new Map(Object.entries(kept?.logs ?? {})))
    const from = kept?.size ?? 0
    for await (const { index, entry } of workspace.ledger.read(from, checkpoint.size))
      await stated.#add(index, entry)
    if (kept === null || checkpoint.size - from > unkeptMax) {
      const { size, root } = checkpoint
      const all = { size, root: toBase64(root), logs: Object.fromEntries(stated.#logs) }
      await files.write(path, await sealed(all, workspace))
    }
    return stated
  }

  /** The newest head of a log that was stated; null where none was. */
  head(origin: string): StatedHead | null {
    const head = this.#logs.get(origin)?.head ?? null
    return head === null ? null : { ...head, root: fromBase64(head.root) }
  }

  /** Erasures from a log, but for those whose statements are known already, and without entries that a restore has lost since. */
  async erasures(
    origin: string,
    isKnown: (index: number) => boolean,
  ): Promise<readonly StatedErasure[]> {
    const stated: StatedErasure[] = []
    const restores = this.#logs.get(origin)?.restores ?? []
    for (const index of this.#logs.get(origin)?.erasures ?? []) {
      if (isKnown(index)) continue
      for await (const { entry } of this.#workspace.ledger.read(index, index + 1)) {
        const found = await statementIn(this.#workspace, entry, erasure)
        if (found === null) continue
        const entries = found.entries.map(({ log, ranges }) =>
          log === origin ? { log, ranges: withoutLost(ranges, index, restores) } : { log, ranges },
        )
        stated.push({ index, erasure: { ...found, entries } })
      }
    }
    return stated
  }

  /** Deployments of a log, in every version. @throws ledger-corrupt where one does not follow the one before */
  async deployments(origin: string): Promise<ReadonlyMap<string, OpenDeployment>> {
    const opened = new Map<string, OpenDeployment>()
    for (const index of this.#logs.get(origin)?.deployments ?? [])
      for await (const { entry } of this.#workspace.ledger.read(index, index + 1)) {
        const found = await statementIn(this.#workspace, entry, deploymentDeclared)
        if (found === null) continue
        const before = opened.get(found.deployment) ?? null
        const of = openDeployment(readDeployment(found.declaration), before)
        const previous = before === null ? null : sha256Hex(canonicalJson(before.deployment))
        if (of.version !== found.version || previous !== found.previous)
          throw new OperatingError(
            'ledger-corrupt',
            `entry ${index} of the evidence log declares version ${found.version} of \`${found.deployment}\`, which does not follow the one before`,
          )
        opened.set(found.deployment, of)
      }
    return opened
  }

  async #add(index: number, entry: Uint8Array): Promise<void> {
    const head = await statementIn(this.#workspace, entry, decisionLog)
    if (head !== null) {
      const { event, origin, root, size } = head
      const of = this.#of(origin)
      of.head = { index, size, root }
      if (event === 'restored') of.restores.push({ index, size })
      return
    }
    const declared = await statementIn(this.#workspace, entry, deploymentDeclared)
    if (declared !== null) this.#of(declared.log).deployments.push(index)
    const erased = await statementIn(this.#workspace, entry, erasure)
    for (const { log } of erased?.entries ?? []) this.#of(log).erasures.push(index)
  }

  #of(origin: string): OfLog {
    let of = this.#logs.get(origin)
    if (of === undefined)
      this.#logs.set(origin, (of = { head: null, restores: [], erasures: [], deployments: [] }))
    return of
  }
}

/** Heads of a decision log that the evidence log states, in its order, and where a restore was declared. */
export async function statedHeads(
  workspace: Entries & Pick<Workspace, 'entries'>,
  origin: string,
): Promise<(StatedHead & { readonly isRestored: boolean })[]> {
  const heads: (StatedHead & { readonly isRestored: boolean })[] = []
  for await (const { index, entry } of workspace.entries()) {
    const found = await statementIn(workspace, entry, decisionLog)
    if (found?.origin !== origin) continue
    const isRestored = found.event === 'restored'
    heads.push({ index, size: found.size, root: fromBase64(found.root), isRestored })
  }
  return heads
}

/** Null where there is none that this workspace has signed: it is made anew then. */
async function readKept(
  { verifiers }: Entries,
  files: Pick<Files, 'kind' | 'read'>,
  path: string,
): Promise<Kept | null> {
  if ((await files.kind(path)) !== 'file') return null
  try {
    const envelope = parseEnvelope(await files.read(path, keptMaxBytes))
    const { payload, payloadType } = await verifyEnvelope(envelope, verifiers)
    const value = parseJson(payload, 'json-not-canonical')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- signed by `sealed` alone
    return payloadType === keptType && isJsonObject(value) ? (value as unknown as Kept) : null
  } catch (error) {
    if (error instanceof OperatingError && error.code !== 'file-unreadable') return null
    throw error
  }
}

async function sealed(kept: Kept, { signingKey }: Entries): Promise<Bytes> {
  const payload = canonicalJson(kept)
  return encodeEnvelope(await signEnvelope({ payloadType: keptType, payload }, signingKey.signer))
}

async function isEarlier(
  { size, root }: Kept,
  { ledger }: Entries,
  sizeNow: number,
): Promise<boolean> {
  return size <= sizeNow && equalBytes(await earlierRoot(ledger, size), fromBase64(root))
}

/**
 * What an entry states, where that is of a type; null for others.
 * @throws envelope-signature-invalid where it is not signed by this workspace
 */
export async function statementIn<Predicate extends JsonObject>(
  { blobs, verifiers }: Pick<Workspace, 'blobs' | 'verifiers'>,
  entry: Uint8Array,
  type: PredicateType<Predicate>,
): Promise<Predicate | null> {
  const parsed = parseLedgerEntry(entry)
  if (parsed.kind === 'reference' && parsed.reference.predicateType !== type.uri) return null
  if (parsed.kind === 'envelope' && typeOf(parsed.envelope.payload) !== type.uri) return null
  const envelope =
    parsed.kind === 'envelope'
      ? parsed.envelope
      : resolveReference(parsed.reference, await blobs.get(parsed.reference.digest))
  const { payload } = await verifyEnvelope(envelope, verifiers)
  return parseStatement(payload).predicateType === type.uri
    ? readStatement(payload, type).predicate
    : null
}

/** What a payload is about, before its signature is checked. */
const typeOf = (payload: string): string => parseStatement(fromBase64(payload)).predicateType
