// A record of OSV (ossf.github.io/osv-schema), as far as matching needs it. Fields that it does not know are left alone;
// a known field of another kind makes the record unreadable, because what it meant to say is then not known.

import { OperatingError, textOf } from '@proofhouse/evidence'
import { type Fields, isFields } from '../inventory/document.ts'

/** Largest record that is read. The largest of 2025 have 3 MB. */
export const recordMaxBytes = 32 * 1_048_576
/** Records below it cannot nest deep enough to matter: each level costs memory a hundredfold. */
const nestingCheckedFromBytes = 1_048_576
const nestingMax = 64
const affectedMax = 20_000
const eventsMax = 200_000

/** One point of a range. */
export interface OsvEvent {
  readonly kind: 'introduced' | 'fixed' | 'last_affected' | 'limit'
  readonly version: string
}

/** A range of versions. */
export interface OsvRange {
  readonly type: string
  /** In the order of the record. */
  readonly events: readonly OsvEvent[]
}

/** A severity as the record gives it: a CVSS vector, or a word of a distribution. */
export interface OsvSeverity {
  readonly type: string
  readonly score: string
}

/** A package that the record is about. */
export interface OsvAffected {
  readonly ecosystem: string
  readonly name: string
  readonly ranges: readonly OsvRange[]
  readonly versions: readonly string[]
  readonly severities: readonly OsvSeverity[]
  /** Words of the database and of the distribution about this package: `HIGH`, `unimportant`. */
  readonly rated: readonly string[]
}

/** One advisory. */
export interface OsvRecord {
  readonly id: string
  readonly modified: string
  readonly published: string | null
  readonly withdrawn: boolean
  /** Other names of the same vulnerability. */
  readonly aliases: readonly string[]
  /** Vulnerabilities of the software that a distribution packages. */
  readonly upstream: readonly string[]
  readonly summary: string
  readonly severities: readonly OsvSeverity[]
  /** A word of the database: `LOW` to `CRITICAL`; null for none. */
  readonly rated: string | null
  readonly affected: readonly OsvAffected[]
}

class Unreadable extends Error {}

function listOf(value: unknown, what: string, max: number): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > max) throw new Unreadable(`\`${what}\` is no list`)
  return value as readonly unknown[]
}

function fields(value: unknown, what: string): Fields {
  if (!isFields(value)) throw new Unreadable(`\`${what}\` is no object`)
  return value
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Unreadable(`\`${what}\` is no text`)
  return value
}

const texts = (value: unknown, what: string) =>
  listOf(value, what, eventsMax).map((one) => text(one, what))

/** The record in UTF-8 JSON. @throws feed-malformed */
export function parseOsvRecord(bytes: Uint8Array): OsvRecord {
  let value: unknown
  try {
    if (bytes.length >= nestingCheckedFromBytes && isNestedDeeper(bytes))
      throw new Unreadable(`nested deeper than ${nestingMax}`)
    value = JSON.parse(textOf(bytes))
    return recordOf(fields(value, 'record'))
  } catch (cause) {
    const id =
      isFields(value) && typeof value['id'] === 'string' ? ` \`${value['id'].slice(0, 80)}\`` : ''
    const why = cause instanceof Unreadable ? cause.message : 'not JSON'
    throw new OperatingError('feed-malformed', `OSV record${id}: ${why}`, { cause })
  }
}

const [quote, backslash] = [0x22, 0x5c]

/** Whether JSON nests deeper than a record does; looked at before anything is built of it. */
function isNestedDeeper(bytes: Uint8Array): boolean {
  let depth = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inText) {
      if (byte === backslash) at++
      else if (byte === quote) inText = false
    } else if (byte === quote) inText = true
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > nestingMax) return true
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return false
}

function recordOf(record: Fields): OsvRecord {
  const specific = record['database_specific']
  const rated = isFields(specific) ? specific['severity'] : undefined
  return {
    id: text(record['id'], 'id'),
    modified: text(record['modified'], 'modified'),
    published: typeof record['published'] === 'string' ? record['published'] : null,
    withdrawn: typeof record['withdrawn'] === 'string' && record['withdrawn'] !== '',
    aliases: texts(record['aliases'], 'aliases'),
    upstream: texts(record['upstream'], 'upstream'),
    summary: typeof record['summary'] === 'string' ? record['summary'] : '',
    severities: severitiesOf(record['severity']),
    rated: typeof rated === 'string' ? rated : null,
    affected: listOf(record['affected'], 'affected', affectedMax).flatMap((one) => {
      const affected = fields(one, 'affected')
      // Some records name commits of a repository and no package.
      return (affected['package'] ?? null) === null ? [] : [affectedOf(affected)]
    }),
  }
}

function affectedOf(affected: Fields): OsvAffected {
  const named = fields(affected['package'], 'package')
  return {
    ecosystem: text(named['ecosystem'], 'ecosystem'),
    name: text(named['name'], 'name'),
    versions: texts(affected['versions'], 'versions'),
    severities: severitiesOf(affected['severity']),
    rated: [affected['database_specific'], affected['ecosystem_specific']].flatMap(wordsOf),
    ranges: listOf(affected['ranges'], 'ranges', affectedMax).map((one) => {
      const range = fields(one, 'range')
      const events = listOf(range['events'], 'events', eventsMax).flatMap(eventsOf)
      return { type: text(range['type'], 'type'), events }
    }),
  }
}

/** GitHub and others call it `severity`, Debian `urgency`. */
const wordsOf = (specific: unknown): string[] =>
  isFields(specific)
    ? [specific['severity'], specific['urgency']].filter((word) => typeof word === 'string')
    : []

const kinds = ['introduced', 'fixed', 'last_affected', 'limit'] as const

/** An event has one field; where it has several, each is one. */
function eventsOf(value: unknown): OsvEvent[] {
  const event = fields(value, 'event')
  return kinds.flatMap((kind) =>
    event[kind] === undefined ? [] : [{ kind, version: text(event[kind], kind) }],
  )
}

const severitiesOf = (value: unknown): OsvSeverity[] =>
  listOf(value, 'severity', 64).map((one) => {
    const severity = fields(one, 'severity')
    return { type: text(severity['type'], 'type'), score: text(severity['score'], 'score') }
  })
