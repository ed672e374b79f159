// The first projection: one row per entry of an evidence log, with what people look statements up by. Made of the entry alone, and
// of the envelope that it pins where that is too large for an entry. Pure, but for reading that envelope.

import {
  type Bytes,
  type Envelope,
  fromBase64,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type LedgerEntry,
  OperatingError,
  parseLedgerEntry,
  parseStatement,
  type ResourceDescriptor,
  resolveReference,
  type Statement,
  statementPayloadType,
  toHex,
} from '@proofhouse/evidence'
import type { Project } from './projection.ts'

/** What the index knows of one entry. */
export type StatementRow = {
  readonly index: number
  /** Hash of the entry in the tree, in hexadecimal: what ties the row to the log. */
  readonly leaf: string
  /** `envelope` is one over something else than a statement; `other` is no envelope at all. */
  readonly kind: 'statement' | 'envelope' | 'other'
  /** Where the envelope is: in the entry, kept beside the log, kept there but not the one that was logged, or nowhere. */
  readonly held: 'entry' | 'blob' | 'altered' | 'absent'
  readonly predicateType: string | null
  /** When it happened, as the statement says: UTC, as `2026-01-31T12:00:00.000Z`. Nobody vouches for it but who signed. */
  readonly statedAt: string | null
  /** Id of the system. */
  readonly system: string | null
  readonly run: string | null
  /** Digests of the statement subjects, each as `algorithm:hexadecimal`. */
  readonly subjects: readonly string[]
  /** What the predicate says, as `name=value`: names are joined by dots, lists count as their members. */
  readonly fields: readonly string[]
  /** All its text, a piece per line. */
  readonly words: string
  /** Whether there is more of fields or text than the index takes. */
  readonly cut: boolean
}

/** Reads an envelope that is kept beside the log by its SHA-256; null when it is not there. */
export type ReadKept = (digest: string) => Promise<Bytes | null>

const fieldsMax = 256
const fieldMaxChars = 300
const wordsMaxChars = 262_144

/** Where predicate types say when it happened; the first that is there counts. */
const timePlaces: readonly (readonly string[])[] = [
  ['closedAt'],
  ['startedAt'],
  ['timeVerified'],
  ['runDetails', 'metadata', 'finishedOn'],
  ['runDetails', 'metadata', 'startedOn'],
  ['metadata', 'scanFinishedOn'],
  ['metadata', 'timestamp'],
]
const systemPlaces: readonly (readonly string[])[] = [['measuredAs', 'system'], ['system']]
const runPlaces: readonly (readonly string[])[] = [
  ['runId'],
  ['runDetails', 'metadata', 'invocationId'],
]
/** As statements about policies and verdicts name a system. */
const systemUri = /^urn:proofhouse:system:([^:]+)/

/** Makes rows of entries. */
export function projectStatements(readKept: ReadKept): Project<StatementRow> {
  return async (entry, { index, leaf }) => {
    const nothing = { index, leaf: toHex(leaf), ...emptyRow }
    const parsed = parsedEntry(entry)
    if (parsed === null) return nothing
    if (parsed.kind === 'envelope') return { ...nothing, ...envelopeColumns(parsed.envelope) }
    const { reference } = parsed
    const pinned = {
      ...nothing,
      kind: 'statement' as const,
      predicateType: reference.predicateType,
      subjects: digestsOf(reference.subject),
    }
    const kept = await readKept(reference.digest)
    if (kept === null) return { ...pinned, held: 'absent' }
    try {
      return { ...pinned, ...envelopeColumns(resolveReference(reference, kept)), held: 'blob' }
    } catch (error) {
      if (error instanceof OperatingError) return { ...pinned, held: 'altered' }
      throw error
    }
  }
}

const emptyRow = {
  kind: 'other',
  held: 'entry',
  predicateType: null,
  statedAt: null,
  system: null,
  run: null,
  subjects: [],
  fields: [],
  words: '',
  cut: false,
} as const

/** A log may hold anything: what is no envelope is a row all the same, so that none is left out. */
function parsedEntry(entry: Bytes): LedgerEntry | null {
  try {
    return parseLedgerEntry(entry)
  } catch (error) {
    if (error instanceof OperatingError) return null
    throw error
  }
}

type Columns = Omit<StatementRow, 'index' | 'leaf' | 'held'>

function envelopeColumns({ payloadType, payload }: Envelope): Columns {
  const unread = { ...emptyRow, kind: 'envelope' as const }
  if (payloadType !== statementPayloadType) return unread
  try {
    return statementColumns(parseStatement(fromBase64(payload)))
  } catch (error) {
    if (error instanceof OperatingError) return unread
    throw error
  }
}

function statementColumns({ predicateType, predicate, subject }: Statement<JsonObject>): Columns {
  const { fields, words, cut } = contentOf(predicate, subject)
  return {
    kind: 'statement',
    predicateType: clean(predicateType),
    statedAt: instantOf(textAt(predicate, timePlaces)),
    system: textAt(predicate, systemPlaces) ?? systemOf(predicate, subject),
    run: textAt(predicate, runPlaces),
    subjects: digestsOf(subject),
    fields,
    words,
    cut,
  }
}

/** A text never ends a line or a database's string early. */
const clean = (text: string) => text.replaceAll('\0', ' ')

function textAt(value: JsonObject, places: readonly (readonly string[])[]): string | null {
  for (const place of places) {
    let found: JsonValue | undefined = value
    for (const name of place) found = isJsonObject(found) ? found[name] : undefined
    if (typeof found === 'string' && found !== '') return clean(found)
  }
  return null
}

function systemOf(predicate: JsonObject, subjects: readonly ResourceDescriptor[]): string | null {
  const uris = [predicate['resourceUri'], ...subjects.map(({ uri }) => uri)]
  for (const uri of uris) {
    const id = typeof uri === 'string' ? systemUri.exec(clean(uri))?.[1] : undefined
    if (id !== undefined) return id
  }
  return null
}

/** An instant in one spelling, so that instants compare as text. */
function instantOf(text: string | null): string | null {
  const date = new Date(text ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

function digestsOf(subjects: readonly ResourceDescriptor[]): string[] {
  const all = subjects.flatMap(({ digest = {} }) =>
    Object.entries(digest).map(([algorithm, hex]) => clean(`${algorithm}:${hex}`)),
  )
  return [...new Set(all)].toSorted()
}

/** Digests are looked up as subjects and fields; as words they would be most of an index. */
const isDigest = (text: string) => /^[0-9a-f]{32,}$/.test(text)

function contentOf(
  predicate: JsonObject,
  subjects: readonly ResourceDescriptor[],
): Pick<StatementRow, 'fields' | 'words' | 'cut'> {
  const fields = new Set<string>()
  const words: string[] = []
  let chars = 0
  let cut = false
  const takeWords = (text: string) => {
    if (text === '' || isDigest(text)) return
    if (chars + text.length > wordsMaxChars) cut = true
    else {
      words.push(text)
      chars += text.length + 1
    }
  }
  const takeField = (name: string, text: string) => {
    const field = clean(`${name}=${text}`)
    if (field.length > fieldMaxChars || (fields.size >= fieldsMax && !fields.has(field))) cut = true
    else fields.add(field)
  }
  const visit = (value: JsonValue, name: string): void => {
    if (isList(value)) for (const member of value) visit(member, name)
    else if (isJsonObject(value))
      for (const [key, member] of Object.entries(value))
        visit(member, name === '' ? key : `${name}.${key}`)
    else if (value !== null) {
      const text = String(value)
      takeField(name, text)
      if (typeof value === 'string') takeWords(clean(text))
    }
  }
  for (const { name, uri } of subjects)
    for (const text of [name, uri]) if (text !== undefined) takeWords(clean(text))
  visit(predicate, '')
  return { fields: [...fields].toSorted(), words: words.join('\n'), cut }
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
