// The index of a log: what decisions are looked up by, column by column, a segment of 65,536 rows at a time. A full segment is a
// file, sealed under the epoch's index key; it can be made again from the sealed contents, and is never the record.

import { type Bytes, OperatingError } from '@proofhouse/evidence'
import { seal, type SealPlace, unseal } from './sealing.ts'
import { tagSizeBytes } from './key-pages.ts'

/** Rows of a full segment. */
export const segmentRows = 65_536
/** Of no known name: beyond what a segment names, and of what was erased. */
const unnamed = 0
const namesMax = 65_535

/** One decision in the index. */
export interface IndexRow {
  readonly index: number
  readonly tag: Buffer
  readonly timeMs: number
  readonly deployment: string
  /** Empty where the deployment names none. */
  readonly outcome: string
  readonly source: string
  readonly sequence: number
  /** Number of the subject's key; 0 once it is erased. */
  readonly key: number
  readonly file: number
  readonly offset: number
  readonly sizeBytes: number
}

/** What decisions are asked for by; what is not given is not asked. */
export interface DecisionQuery {
  readonly tag?: Buffer
  readonly fromMs?: number
  readonly toMs?: number
  readonly deployment?: string
  readonly outcome?: string
  /** Rows beyond this index: the last one of the page before. */
  readonly after?: number
  readonly limit: number
}

const columns = {
  time: Float64Array,
  sequence: Float64Array,
  key: Float64Array,
  offset: Float64Array,
  sizeBytes: Uint32Array,
  file: Uint32Array,
  deployment: Uint16Array,
  outcome: Uint16Array,
  source: Uint16Array,
} as const

type ColumnName = keyof typeof columns
type Columns = { readonly [Name in ColumnName]: InstanceType<(typeof columns)[Name]> }

const columnNames = Object.keys(columns) as ColumnName[]
const rowSizeBytes =
  tagSizeBytes + columnNames.reduce((sum, name) => sum + columns[name].BYTES_PER_ELEMENT, 0)

function newColumns(buffer: ArrayBuffer): Columns & { readonly tags: Buffer } {
  let at = 0
  const next = (sizeBytes: number) => {
    const start = at
    at += sizeBytes * segmentRows
    return start
  }
  const made = columnNames.map((name) => {
    const start = next(columns[name].BYTES_PER_ELEMENT)
    return [name, new columns[name](buffer, start, segmentRows)] as const
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one array per name, as the table above has them
  const arrays = Object.fromEntries(made) as unknown as Columns
  return { ...arrays, tags: Buffer.from(buffer, next(tagSizeBytes), tagSizeBytes * segmentRows) }
}

const label = Buffer.from('proofhouse.dev/decision-index/v1\0', 'latin1')

const segmentData = (place: SealPlace, number: number) =>
  Buffer.concat([label, Buffer.from(JSON.stringify([place.tenant, place.origin, number]))])

/** Name of a segment's file in an epoch. */
export const segmentFile = (epoch: number, number: number) =>
  `index-${String(epoch).padStart(8, '0')}-${String(number).padStart(8, '0')}`

/** Up to 65,536 rows. */
export class IndexSegment {
  readonly number: number
  readonly #buffer: ArrayBuffer
  readonly #columns: Columns & { readonly tags: Buffer }
  readonly #names: string[]
  readonly #numbers: Map<string, number>
  #count: number

  constructor(
    number: number,
    filled: {
      readonly names: readonly string[]
      readonly count: number
      readonly buffer: ArrayBuffer
    } = {
      names: [''],
      count: 0,
      buffer: new ArrayBuffer(rowSizeBytes * segmentRows),
    },
  ) {
    this.number = number
    this.#buffer = filled.buffer
    this.#columns = newColumns(filled.buffer)
    this.#names = [...filled.names]
    this.#numbers = new Map(this.#names.map((name, n) => [name, n]))
    this.#count = filled.count
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === segmentRows
  }

  /** Index of its first row. */
  get first(): number {
    return this.number * segmentRows
  }

  add(row: IndexRow): void {
    const n = this.#count++
    const { tags, ...arrays } = this.#columns
    row.tag.copy(tags, n * tagSizeBytes)
    arrays.time[n] = row.timeMs
    arrays.sequence[n] = row.sequence
    arrays.key[n] = row.key
    arrays.offset[n] = row.offset
    arrays.sizeBytes[n] = row.sizeBytes
    arrays.file[n] = row.file
    arrays.deployment[n] = this.#numberOf(row.deployment)
    arrays.outcome[n] = this.#numberOf(row.outcome)
    arrays.source[n] = this.#numberOf(row.source)
  }

  #numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    if (this.#names.length > namesMax) return unnamed
    this.#numbers.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  /** A row by its place in the segment. */
  row(n: number): IndexRow {
    const { tags, ...arrays } = this.#columns
    const number = (name: ColumnName) => arrays[name][n] ?? 0
    const name = (of: ColumnName) => this.#names[number(of)] ?? ''
    return {
      index: this.first + n,
      tag: Buffer.from(tags.subarray(n * tagSizeBytes, (n + 1) * tagSizeBytes)),
      timeMs: number('time'),
      deployment: name('deployment'),
      outcome: name('outcome'),
      source: name('source'),
      sequence: number('sequence'),
      key: number('key'),
      file: number('file'),
      offset: number('offset'),
      sizeBytes: number('sizeBytes'),
    }
  }

  /** Places of rows that answer a query, in order, at most so many. */
  find(query: DecisionQuery): number[] {
    const { time, deployment, outcome, key } = this.#columns
    const ofName = (name: string | undefined) =>
      name === undefined ? null : (this.#numbers.get(name) ?? -1)
    const [ofDeployment, ofOutcome] = [ofName(query.deployment), ofName(query.outcome)]
    if (ofDeployment === -1 || ofOutcome === -1) return []
    const from = query.fromMs ?? -Infinity
    const to = query.toMs ?? Infinity
    const found: number[] = []
    const start = Math.max(0, (query.after ?? -1) + 1 - this.first)
    for (let n = start; n < this.#count && found.length < query.limit; n++) {
      const at = time[n] ?? 0
      if (at < from || at >= to) continue
      if (ofDeployment !== null && deployment[n] !== ofDeployment) continue
      if (ofOutcome !== null && outcome[n] !== ofOutcome) continue
      if (query.tag !== undefined && (key[n] === 0 || !this.#hasTag(n, query.tag))) continue
      found.push(n)
    }
    return found
  }

  #hasTag(n: number, tag: Buffer): boolean {
    const { tags } = this.#columns
    const at = n * tagSizeBytes
    return (
      tags[at] === tag[0] &&
      tags[at + 1] === tag[1] &&
      tag.equals(tags.subarray(at, at + tagSizeBytes))
    )
  }

  /** Place of a source's decision; -1 when it is not here. */
  placeOf(source: string, sequence: number): number {
    const of = this.#numbers.get(source)
    if (of === undefined) return -1
    const columnsOf = this.#columns
    for (let n = this.#count - 1; n >= 0; n--)
      if (columnsOf.sequence[n] === sequence && columnsOf.source[n] === of) return n
    return -1
  }

  /** Forgets whom rows are about and what was decided; where, when and by which deployment is in the log anyway. */
  erase(places: readonly number[]): void {
    for (const n of places) {
      this.#columns.tags.fill(0, n * tagSizeBytes, (n + 1) * tagSizeBytes)
      this.#columns.outcome[n] = unnamed
      this.#columns.key[n] = 0
    }
  }

  /** Each source's sequences, in the order of the rows. */
  *sequences(): Iterable<readonly [source: string, sequence: number]> {
    const { source, sequence } = this.#columns
    for (let n = 0; n < this.#count; n++)
      yield [this.#names[source[n] ?? 0] ?? '', sequence[n] ?? 0]
  }

  /** Its file's bytes. */
  seal(key: Uint8Array, place: SealPlace): Buffer {
    const names = Buffer.from(JSON.stringify({ names: this.#names, count: this.#count }))
    const head = Buffer.alloc(4)
    head.writeUInt32BE(names.length)
    const plain = Buffer.concat([head, names, Buffer.from(this.#buffer)])
    return seal(key, plain, segmentData(place, this.number))
  }

  /** Reads a segment's file. @throws ledger-corrupt */
  static open(
    sealed: Bytes,
    of: { readonly key: Uint8Array; readonly place: SealPlace; readonly number: number },
  ): IndexSegment {
    const plain = unseal(of.key, sealed, segmentData(of.place, of.number))
    if (plain === null)
      throw new OperatingError(
        'ledger-corrupt',
        `segment ${of.number} of the index does not open; remove the index, and it is made again`,
      )
    const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.length)
    const end = 4 + bytes.readUInt32BE(0)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealed by us
    const { names, count } = JSON.parse(bytes.toString('utf8', 4, end)) as {
      readonly names: string[]
      readonly count: number
    }
    const buffer = new ArrayBuffer(rowSizeBytes * segmentRows)
    new Uint8Array(buffer).set(plain.subarray(end))
    return new IndexSegment(of.number, { names, count, buffer })
  }
}
