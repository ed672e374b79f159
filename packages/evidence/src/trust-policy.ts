// Whom a verifier believes (C2SP tlog-policy): one log, some witnesses, groups of them, and the quorum that must have co-signed.
// The policy comes from outside the thing that is verified; that is what turns integrity into origin.

import { type Checkpoint, checkpointOf } from './checkpoint.ts'
import { type CosignatureVerifier, parseWitnessKey } from './cosignature.ts'
import { toHex } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { type NoteVerifier, openNote, parseVerifierKey, readVerifierKey } from './note.ts'

/** `k` of the members must have co-signed; a member is a witness or another group. */
interface Group {
  readonly needed: number
  readonly members: readonly string[]
}

/** A policy, read. */
export interface TrustPolicy {
  readonly log: NoteVerifier
  /** By the policy's own short names. */
  readonly witnesses: ReadonlyMap<string, CosignatureVerifier>
  /** Where witnesses are asked, by the same names: their submission prefixes, for those that have one. */
  readonly witnessUrls: ReadonlyMap<string, string>
  readonly groups: ReadonlyMap<string, Group>
  /** A witness, a group, or `none`. */
  readonly quorum: string
}

/** A checkpoint that meets a policy, and who vouched for it. */
export interface TrustedCheckpoint {
  readonly checkpoint: Checkpoint
  /** Witnesses whose cosignature holds, with the time each claims in Unix seconds. */
  readonly witnesses: readonly { readonly name: string; readonly timeSeconds: number }[]
}

const linesMax = 1_000

function refuse(lineNumber: number, problem: string): never {
  throw new OperatingError('trust-malformed', `trust policy, line ${lineNumber}: ${problem}`)
}

interface Reading {
  log: NoteVerifier | null
  /** Its public key in hexadecimal. */
  logKey: string | null
  quorum: string | null
  readonly witnesses: Map<string, CosignatureVerifier>
  readonly witnessUrls: Map<string, string>
  readonly groups: Map<string, Group>
  /** Public keys of the witnesses so far, in hexadecimal. */
  readonly keys: Set<string>
  /** Names that are members of a group so far. */
  readonly placed: Set<string>
}

function define(reading: Reading, name: string, n: number): void {
  if (name === 'none' || reading.witnesses.has(name) || reading.groups.has(name))
    refuse(n, `the name \`${name}\` is taken`)
}

function readGroup(reading: Reading, words: readonly string[], n: number): void {
  const [name = '', threshold = '', ...members] = words
  define(reading, name, n)
  if (members.length === 0) refuse(n, 'a group is `group NAME THRESHOLD MEMBER…`')
  const unknown = members.find((m) => !reading.witnesses.has(m) && !reading.groups.has(m))
  if (unknown !== undefined) refuse(n, `\`${unknown}\` is not defined above`)
  // A witness counts in one way only: were it in two groups, its one cosignature could meet both.
  for (const member of members) {
    if (reading.placed.has(member)) refuse(n, `\`${member}\` is a member of a group already`)
    reading.placed.add(member)
  }
  const needed = threshold === 'any' ? 1 : threshold === 'all' ? members.length : Number(threshold)
  if (!/^(any|all|[1-9]\d*)$/.test(threshold) || needed > members.length)
    refuse(n, `the threshold is \`any\`, \`all\` or 1 to ${members.length}`)
  reading.groups.set(name, { needed, members })
}

function readLine(reading: Reading, words: readonly string[], n: number): void {
  const [keyword = '', ...rest] = words
  switch (keyword) {
    case 'log':
      if (rest.length < 1 || rest.length > 2) refuse(n, 'a log is `log VKEY [URL]`')
      if (reading.log !== null) refuse(n, 'exactly one `log` line is accepted')
      reading.log = parseVerifierKey(rest[0] ?? '')
      reading.logKey = toHex(readVerifierKey(rest[0] ?? '').publicKey)
      return
    case 'witness': {
      if (rest.length < 2 || rest.length > 3) refuse(n, 'a witness is `witness NAME VKEY [URL]`')
      const [name = '', key = '', url] = rest
      define(reading, name, n)
      const witness = parseWitnessKey(key)
      // The same key under another name is the same witness: one cosigner must not count as two.
      const publicKey = toHex(readVerifierKey(key).publicKey)
      if (reading.keys.has(publicKey)) refuse(n, `\`${name}\` has the key of another witness`)
      reading.keys.add(publicKey)
      reading.witnesses.set(name, witness)
      if (url !== undefined) reading.witnessUrls.set(name, url)
      return
    }
    case 'group':
      readGroup(reading, rest, n)
      return
    case 'quorum': {
      const [name = ''] = rest
      if (rest.length !== 1) refuse(n, 'a quorum is `quorum NAME`')
      if (reading.quorum !== null) refuse(n, 'exactly one `quorum` line is accepted')
      if (name !== 'none' && !reading.witnesses.has(name) && !reading.groups.has(name))
        refuse(n, `\`${name}\` is not defined above`)
      reading.quorum = name
      return
    }
    default:
      refuse(n, `\`${keyword}\` is none of log, witness, group, quorum`)
  }
}

// oxlint-disable-next-line no-control-regex -- tab and line feed are the only control characters of the format
const forbidden = /[\u0000-\u0008\u000b-\u001f\u007f]/

/**
 * Reads a policy file.
 * @throws trust-malformed naming the line; key-malformed, key-unsupported
 */
export function parseTrustPolicy(text: string): TrustPolicy {
  const reading: Reading = {
    log: null,
    logKey: null,
    quorum: null,
    witnesses: new Map(),
    witnessUrls: new Map(),
    groups: new Map(),
    keys: new Set(),
    placed: new Set(),
  }
  const lines = text.split('\n')
  if (lines.length > linesMax)
    throw new OperatingError('trust-malformed', `a trust policy has at most ${linesMax} lines`)
  lines.forEach((line, index) => {
    if (line.endsWith('\r'))
      refuse(index + 1, 'it ends in CR LF; save the file with plain line feeds')
    if (forbidden.test(line)) refuse(index + 1, 'it holds a control character')
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    if (words[0] !== undefined && !words[0].startsWith('#')) readLine(reading, words, index + 1)
  })
  const { log, quorum, witnesses, witnessUrls, groups } = reading
  if (reading.logKey !== null && reading.keys.has(reading.logKey))
    throw new OperatingError(
      'trust-malformed',
      'trust policy: a witness has the key of the log; nobody witnesses himself',
    )
  if (log === null) throw new OperatingError('trust-malformed', 'trust policy: no `log` line')
  if (quorum === null)
    throw new OperatingError(
      'trust-malformed',
      'trust policy: no `quorum` line; write `quorum none` to ask for no witness',
    )
  return { log, witnesses, witnessUrls, groups, quorum }
}

/** The policy that believes one log key and asks for no witness. @throws key-malformed, key-unsupported */
export function trustLogOnly(verifierKey: string): TrustPolicy {
  return {
    log: parseVerifierKey(verifierKey.trim()),
    witnesses: new Map(),
    witnessUrls: new Map(),
    groups: new Map(),
    quorum: 'none',
  }
}

/** Whether these witnesses, by the policy's names, are the quorum that it asks for. */
export function isQuorum(policy: TrustPolicy, signed: ReadonlySet<string>): boolean {
  return isMet(policy, policy.quorum, signed)
}

function isMet(policy: TrustPolicy, name: string, signed: ReadonlySet<string>): boolean {
  if (name === 'none') return true
  const group = policy.groups.get(name)
  if (group === undefined) return signed.has(name)
  return group.members.filter((m) => isMet(policy, m, signed)).length >= group.needed
}

/**
 * Checks a checkpoint's note against a policy.
 * @throws note-malformed, note-signature-invalid, checkpoint-malformed; trust-not-met when the quorum did not co-sign
 */
export async function checkTrust(note: string, policy: TrustPolicy): Promise<TrustedCheckpoint> {
  const entries = [...policy.witnesses]
  const { text, verified } = await openNote(note, [policy.log, ...policy.witnesses.values()])
  // Each signature is checked once: it takes most of the time of a receipt.
  const checkpoint = checkpointOf(text, policy.log, verified)
  const witnesses = entries.flatMap(([name, key]) => {
    const found = verified.find((s) => s.name === key.name && s.keyId === key.keyId)
    return found === undefined ? [] : [{ name, timeSeconds: key.timeOf(found.signature) }]
  })
  if (!isQuorum(policy, new Set(witnesses.map(({ name }) => name))))
    throw new OperatingError(
      'trust-not-met',
      `the checkpoint of size ${checkpoint.size} lacks the witnesses that \`${policy.quorum}\` asks for; ` +
        `it has ${witnesses.map(({ name }) => `\`${name}\``).join(', ') || 'none of them'}`,
    )
  return { checkpoint, witnesses }
}
