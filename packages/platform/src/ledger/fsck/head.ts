// The signed heads of a ledger: its key, the published checkpoint, and the two slots of the commit
// point. They decide which root the files must lead to.

import {
  type Checkpoint,
  checkTrust,
  formatVerifierKey,
  type NoteVerifier,
  openCheckpoint,
  OperatingError,
  readVerifierKey,
  textOf,
  type TrustedCheckpoint,
  trustLogOnly,
  type TrustPolicy,
} from '@proofhouse/evidence'
import { decodeSlot, slotSizeBytes } from '../committed-slots.ts'
import { Findings } from './findings.ts'
import { checkpointPath, committedPath, verifierKeyPath } from '../layout.ts'
import type { TileStore } from '../ports.ts'

/** What the signed files of a ledger say. */
export interface Heads {
  readonly log: NoteVerifier | null
  /** The published checkpoint; null when there is none that holds. */
  readonly published: Checkpoint | null
  readonly witnesses: TrustedCheckpoint['witnesses']
}

const said = (error: unknown): string => {
  // Whatever is not about content is not a finding.
  if (!(error instanceof OperatingError) || error.code === 'storage-failed') throw error
  return error.message
}

/** Reads the key and the published checkpoint. @throws what the store throws */
export async function readHeads(
  tiles: TileStore,
  trust: TrustPolicy | null,
  findings: Findings,
): Promise<Heads> {
  const own = await readKey(tiles, trust === null, findings)
  const policy = trust ?? (own === null ? null : trustLogOnly(own))
  if (policy === null) return { log: null, published: null, witnesses: [] }
  const { log } = policy
  const bytes = await tiles.read(checkpointPath)
  if (bytes === null) {
    findings.add(checkpointPath, 'missing')
    return { log, published: null, witnesses: [] }
  }
  let head: TrustedCheckpoint | null = null
  try {
    const note = textOf(bytes)
    try {
      head = await checkTrust(note, policy)
    } catch (error) {
      findings.add(checkpointPath, said(error))
      // A log without its witnesses still has a head to compare its files with.
      head = { checkpoint: await openCheckpoint(note, log), witnesses: [] }
    }
    if (trust !== null && own !== null) await compareKeys({ own, log, note, findings })
  } catch (error) {
    findings.add(checkpointPath, said(error))
  }
  return { log, published: head?.checkpoint ?? null, witnesses: head?.witnesses ?? [] }
}

/** The line in `ledger.vkey`; null with a finding when it is none. */
async function readKey(
  tiles: TileStore,
  needed: boolean,
  findings: Findings,
): Promise<string | null> {
  const bytes = await tiles.read(verifierKeyPath)
  if (bytes === null) {
    if (needed)
      findings.add(verifierKeyPath, 'missing, and no trust policy was given: no key to check with')
    return null
  }
  try {
    const text = textOf(bytes)
    const line = text.slice(0, -1)
    if (text !== `${line}\n` || formatVerifierKey(readVerifierKey(line)) !== line) {
      findings.add(verifierKeyPath, 'is not one verifier key and a line feed')
      return null
    }
    trustLogOnly(line)
    return line
  } catch (error) {
    findings.add(verifierKeyPath, said(error))
    return null
  }
}

/**
 * The key beside the log must be the policy's: the same name and id, and the same signatures hold.
 */
async function compareKeys(given: {
  readonly own: string
  readonly log: NoteVerifier
  readonly note: string
  readonly findings: Findings
}): Promise<void> {
  const { own, log, note, findings } = given
  const { log: beside } = trustLogOnly(own)
  await openCheckpoint(note, log)
  const same =
    beside.name === log.name &&
    beside.keyId === log.keyId &&
    (await openCheckpoint(note, beside).then(
      () => true,
      () => false,
    ))
  if (!same) findings.add(verifierKeyPath, 'is not the key of the log in the trust policy')
}

/** The heads at the commit point. */
export interface Committed {
  readonly current: Checkpoint
  /** The one before; null when there was none. */
  readonly older: Checkpoint | null
}

/**
 * Reads `.committed`: two slots of fixed size, each whole, or the second one never written.
 * @throws what the store throws
 */
export async function readCommitted(
  tiles: TileStore,
  log: NoteVerifier,
  findings: Findings,
): Promise<Committed | null> {
  const bytes = await tiles.read(committedPath)
  if (bytes === null) return null
  const add = (problem: string) => {
    findings.add(committedPath, problem)
  }
  if (bytes.length !== 2 * slotSizeBytes) {
    add(`has ${bytes.length} bytes, not ${2 * slotSizeBytes}`)
    return null
  }
  const heads: { readonly sequence: number; readonly checkpoint: Checkpoint }[] = []
  for (const n of [0, 1]) {
    const part = bytes.subarray(n * slotSizeBytes, (n + 1) * slotSizeBytes)
    if (part.every((byte) => byte === 0)) continue
    try {
      const slot = decodeSlot(part)
      if (slot === null) add(`slot ${n} is damaged`)
      else {
        const checkpoint = await openCheckpoint(slot.note, log)
        heads.push({ sequence: slot.sequence, checkpoint })
      }
    } catch (error) {
      add(`slot ${n}: ${said(error)}`)
    }
  }
  const [current, older] = heads.toSorted((a, b) => b.sequence - a.sequence)
  if (current === undefined) {
    add('holds no committed checkpoint')
    return null
  }
  if (older !== undefined && older.sequence + 1 !== current.sequence)
    add('its slots were not written one after the other')
  if (older === undefined && current.sequence > 1) add('the slot of the commit before is empty')
  if (older !== undefined && older.checkpoint.size > current.checkpoint.size)
    add('the older slot holds the larger log')
  return { current: current.checkpoint, older: older?.checkpoint ?? null }
}

/** The committed head, where there is one that holds: what is wrong with it is told by a check. */
export async function readCommittedHead(
  tiles: TileStore,
  log: NoteVerifier,
): Promise<Checkpoint | null> {
  const committed = await readCommitted(tiles, log, new Findings())
  return committed?.current ?? null
}
