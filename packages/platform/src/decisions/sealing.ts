// From an accepted decision to what is written: the entry with its commitments, and the content sealed under the subject's key. The
// hot path: one-shot hashes over one scratch buffer, random bytes drawn in pages. Formats: spec/decisions.md; the tests hold
// every byte against the plain functions of the evidence package.

import { createCipheriv, createDecipheriv, hash, randomFillSync } from 'node:crypto'
import {
  type Bytes,
  canonicalJson,
  type DecisionContent,
  decisionType,
  decodeDecisionContent,
  groupSaltSizeBytes,
  type JsonObject,
  type JsonValue,
  OperatingError,
  recordSaltSizeBytes,
  sealedAssociatedData,
  textOf,
} from '@proofhouse/evidence'
import type { Decision, FieldChanges, OpenDeployment } from './decision.ts'

const nonceSizeBytes = 12
const tagSizeBytes = 16
const masked = '***'
/** What a log takes as one entry. */
const entrySizeMaxBytes = 65_535
/** What is kept of one decision at most. */
const contentSizeMaxBytes = 1_048_576

/** Random bytes, drawn a page at a time: asking the system for 32 bytes costs as much as hashing a kilobyte. */
class RandomPage {
  readonly #page = Buffer.alloc(65_536)
  #used = this.#page.length

  /** A copy: the page is overwritten where it has been given out. */
  take(sizeBytes: number): Buffer {
    if (this.#used + sizeBytes > this.#page.length) {
      randomFillSync(this.#page)
      this.#used = 0
    }
    const bytes = Buffer.from(this.#page.subarray(this.#used, this.#used + sizeBytes))
    this.#page.fill(0, this.#used, this.#used + sizeBytes)
    this.#used += sizeBytes
    return bytes
  }
}

const random = new RandomPage()

/** Random bytes of one's own. */
export const randomBytes = (sizeBytes: number): Buffer => random.take(sizeBytes)

/**
 * Canonical JSON. Where every object's names come sorted, which is what most clients send, the engine's own printing is it;
 * but for numbers that JSON cannot say.
 * @throws json-not-canonical
 */
export function canonicalText(value: JsonValue): string {
  if (isSorted(value)) {
    const text = JSON.stringify(value)
    // Only a lone surrogate is printed as an escape of this kind, or a text that itself spells one: either way, look closely.
    if (!text.includes('\\ud')) return text
  }
  return textOf(canonicalJson(value))
}

function isSorted(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return (value as readonly JsonValue[]).every(isSorted)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- neither list nor null nor text
  const object = value as JsonObject
  let before: string | null = null
  for (const name in object) {
    if (before !== null && name <= before) return false
    before = name
    const member = object[name]
    if (typeof member === 'number') {
      if (!Number.isFinite(member)) return false
    } else if (typeof member === 'object' && member !== null && !isSorted(member)) return false
  }
  return true
}

/** The groups of a decision in the order of their names, each with its canonical JSON. */
export function groupsOf(decision: Decision, { changes }: OpenDeployment): [string, string][] {
  const groups: [string, string][] = []
  const add = (name: string, value: JsonObject | undefined) => {
    if (value === undefined) return
    const change = changes.get(name)
    if (change === undefined) groups.push([name, canonicalText(value)])
    else addChanged(groups, { name, value, change })
  }
  add('context', decision.context)
  add('explanation', decision.explanation)
  groups.push(['id', JSON.stringify(decision.id)])
  add('input', decision.input)
  add('output', decision.output)
  if (decision.subject !== undefined) groups.push(['subject', JSON.stringify(decision.subject)])
  return changes.size === 0 ? groups : groups.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function addChanged(
  groups: [string, string][],
  of: { readonly name: string; readonly value: JsonObject; readonly change: FieldChanges },
): void {
  const { name, value, change } = of
  const { mask, drop, apart } = change
  const kept = Object.entries(value)
    .filter(([field]) => !drop.includes(field))
    .map(([field, member]): [string, JsonValue] => [field, mask.includes(field) ? masked : member])
  for (const [field, member] of kept)
    if (apart.includes(field)) groups.push([`${name}/${field}`, canonicalText(member)])
  const rest = kept.filter(([field]) => !apart.includes(field))
  groups.push([name, canonicalText(Object.fromEntries(rest))])
}

const scratch = Buffer.allocUnsafe(contentSizeMaxBytes + 1024)
const saltLabelSize = scratch.write('proofhouse.dev/decision-salt/v1\0', 0, 'latin1')
const saltLabel = Buffer.from(scratch.subarray(0, saltLabelSize))
const groupLabel = Buffer.from('proofhouse.dev/decision/v1\0', 'latin1')
const sizedNames = new Map<string, Buffer>()
/** Names of fields are the deployments'; those of one process are few. */
const sizedNamesMax = 10_000

function sizedName(name: string): Buffer {
  const before = sizedNames.get(name)
  if (before !== undefined) return before
  const bytes = Buffer.from(name)
  const sized = Buffer.concat([Uint8Array.of(bytes.length), bytes])
  if (sizedNames.size < sizedNamesMax) sizedNames.set(name, sized)
  return sized
}

/** The commitment to a group in base64. */
function commitmentOf(recordSalt: Buffer, name: string, value: string): string {
  const named = sizedName(name)
  saltLabel.copy(scratch)
  recordSalt.copy(scratch, saltLabel.length)
  named.copy(scratch, saltLabel.length + recordSaltSizeBytes)
  const saltEnd = saltLabel.length + recordSaltSizeBytes + named.length
  // As a text of bytes: asking for a buffer takes three times as long.
  const salt = hash('sha256', scratch.subarray(0, saltEnd), 'latin1')
  groupLabel.copy(scratch)
  named.copy(scratch, groupLabel.length)
  scratch.write(salt, groupLabel.length + named.length, groupSaltSizeBytes, 'latin1')
  const at = groupLabel.length + named.length + groupSaltSizeBytes
  const end = at + scratch.write(value, at, 'utf8')
  return hash('sha256', scratch.subarray(0, end), 'base64')
}

/** A decision, committed to: its entry and what is to be sealed. */
export interface CommittedDecision {
  readonly entry: Bytes
  /** Record salt and groups. */
  readonly content: Buffer
}

/**
 * Commits to a decision.
 * @param recordSalt of its own; another decision's only to see whether this one is the same
 * @throws entry-too-large, json-not-canonical
 */
export function commitDecision(
  decision: Decision,
  of: OpenDeployment,
  recordSalt: Buffer = random.take(recordSaltSizeBytes),
): CommittedDecision {
  const groups = groupsOf(decision, of)
  const body = `{${groups.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
  const sizeBytes = Buffer.byteLength(body)
  if (sizeBytes > contentSizeMaxBytes)
    throw new OperatingError(
      'entry-too-large',
      `a decision of ${sizeBytes} bytes; at most ${contentSizeMaxBytes} are kept of one`,
    )
  const commitments = groups
    .map(([name, text]) => `${JSON.stringify(name)}:"${commitmentOf(recordSalt, name, text)}"`)
    .join(',')
  const { corrects, deployment, sequence, source, time } = decision
  const link =
    corrects === undefined
      ? ''
      : `"corrects":{"index":${corrects.index},"log":${JSON.stringify(corrects.log)}},`
  const version = of.version === 1 ? '' : `"declaration":${of.version},`
  const entry = Buffer.from(
    `{"commitments":{${commitments}},${link}${version}"deployment":"${deployment}","model":"${of.deployment.model}",` +
      `"sequence":${sequence},"source":"${source}","time":"${time}","type":"${decisionType}"}`,
  )
  if (entry.length > entrySizeMaxBytes)
    throw new OperatingError('entry-too-large', `a decision with ${groups.length} groups`)
  const content = Buffer.allocUnsafe(recordSaltSizeBytes + sizeBytes)
  recordSalt.copy(content)
  content.write(body, recordSaltSizeBytes, 'utf8')
  return { entry, content }
}

/** Where a log's contents belong. */
export interface SealPlace {
  readonly tenant: string
  readonly origin: string
}

/** Seals with AES-256-GCM: `nonce ‖ ciphertext ‖ tag`. */
export function seal(
  key: Uint8Array,
  plain: Uint8Array,
  associatedData: Uint8Array,
  sealed: Buffer = Buffer.allocUnsafe(plain.length + sealOverheadBytes),
): Buffer {
  const nonce = random.take(nonceSizeBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(associatedData)
  nonce.copy(sealed)
  cipher.update(plain).copy(sealed, nonceSizeBytes)
  cipher.final()
  cipher.getAuthTag().copy(sealed, nonceSizeBytes + plain.length)
  return sealed
}

/** Bytes that sealing adds. */
export const sealOverheadBytes = nonceSizeBytes + tagSizeBytes

/** Opens what was sealed; null where it does not open. */
export function unseal(
  key: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Bytes | null {
  if (sealed.length < sealOverheadBytes) return null
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceSizeBytes))
  cipher.setAAD(associatedData)
  cipher.setAuthTag(sealed.subarray(-tagSizeBytes))
  const plain = cipher.update(sealed.subarray(nonceSizeBytes, -tagSizeBytes))
  try {
    cipher.final()
  } catch {
    plain.fill(0)
    return null
  }
  return new Uint8Array(plain)
}

const placeData = new WeakMap<SealPlace, Buffer>()
const dataRoom = Buffer.alloc(entrySizeMaxBytes + 4_096)

/** The same bytes as `sealedAssociatedData`, whose beginning is that of all contents of a log. Until the next call. */
function associatedDataOf(entry: Bytes, place: SealPlace): Buffer {
  let start = placeData.get(place)
  if (start === undefined) {
    const whole = sealedAssociatedData({ ...place, entry: new Uint8Array() })
    start = Buffer.from(whole.subarray(0, -4))
    placeData.set(place, start)
  }
  const sizeBytes = start.length + 4 + entry.length
  const data =
    sizeBytes > dataRoom.length ? Buffer.alloc(sizeBytes) : dataRoom.subarray(0, sizeBytes)
  start.copy(data)
  data.writeUInt32BE(entry.length, start.length)
  data.set(entry, start.length + 4)
  return data
}

/** Seals a decision's content in its place, into as many bytes as that takes. */
export function sealContent(
  key: Uint8Array,
  { entry, content }: CommittedDecision,
  { at, into }: { readonly at: SealPlace; readonly into: Buffer },
): void {
  seal(key, content, associatedDataOf(entry, at), into)
}

/**
 * The groups of a content that this program has sealed, without asking again whether they are canonical: the tag says
 * that nobody changed them. Null where it does not open.
 */
export function openGroups(
  key: Uint8Array,
  of: { readonly sealed: Uint8Array; readonly entry: Bytes; readonly place: SealPlace },
): JsonObject | null {
  const plain = unseal(key, of.sealed, associatedDataOf(of.entry, of.place))
  if (plain === null) return null
  const value: unknown = JSON.parse(Buffer.from(plain).toString('utf8', recordSaltSizeBytes))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealed by `sealContent` alone
  return value as JsonObject
}

/** Opens a decision's content; null where it does not open. @throws decision-malformed */
export function openContent(
  key: Uint8Array,
  sealed: Uint8Array,
  at: SealPlace & { readonly entry: Uint8Array },
): DecisionContent | null {
  const plain = unseal(key, sealed, sealedAssociatedData(at))
  return plain === null ? null : decodeDecisionContent(plain)
}
