// The structure of a CSV file, read byte by byte before any engine sees it: RFC 4180 with a choice of delimiter,
// LF, CRLF or CR (one of them throughout), quotes doubled inside quoted fields. It finds the header, counts the
// records and refuses the first one that does not fit, with its line. The engine's own row count must then agree,
// so that no row is ever dropped or split in silence.

import { OperatingError } from '@proofhouse/evidence'

/** Longer headers are refused: one record of a broken quote would otherwise be the whole file. */
const headerSizeMaxBytes = 4 * 1024 * 1024
/** A record longer than this is taken for an unclosed quote; DuckDB's own limit is 2,000,000 bytes. */
const recordSizeMaxBytes = 1_900_000
/** As many columns as a table may have. */
const columnsMax = 10_000

const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const candidates = [',', ';', '\t', '|'] as const

/** What a scan found. */
export interface CsvStructure {
  readonly delimiter: string
  readonly newline: '\n' | '\r\n' | '\r'
  readonly names: readonly string[]
  /** Records after the header; blank lines are none. */
  readonly rows: number
}

const fieldStart = 0
const unquoted = 1
const quoted = 2
const quoteInQuoted = 3

/** Scans a file handed over in pieces: `push` each, then `end`. */
export class CsvScanner {
  readonly #file: string
  #header: Uint8Array | null = new Uint8Array()
  #delimiter = 0
  #names: readonly string[] = []
  #state = fieldStart
  #fields = 1
  #recordBytes = 0
  #blankField = true
  #line = 1
  #recordLine = 1
  #rows = -1
  #newline: '\n' | '\r\n' | '\r' | null = null
  #afterReturn = false

  constructor(file: string) {
    this.#file = file
  }

  /** @throws `data-malformed` naming the line at fault */
  push(bytes: Uint8Array): void {
    if (this.#header === null) return this.#scan(bytes)
    const joined = new Uint8Array(this.#header.length + bytes.length)
    joined.set(this.#header)
    joined.set(bytes, this.#header.length)
    this.#header = joined
    if (joined.length >= headerSizeMaxBytes) this.#begin()
  }

  /** @throws `data-malformed` when the file is empty, has no rows, or ends inside a quoted field */
  end(): CsvStructure {
    if (this.#header !== null) this.#begin()
    if (this.#afterReturn) this.#endReturn()
    if (this.#state === quoted)
      this.#refuse(this.#recordLine, 'a quoted field is never closed; close it with `"`')
    if (this.#recordBytes > 0) this.#endRecord()
    if (this.#rows < 1)
      throw new OperatingError(
        'data-malformed',
        `${this.#file}: has a header and no rows; add at least one row of data`,
      )
    return {
      delimiter: String.fromCharCode(this.#delimiter),
      newline: this.#newline ?? '\n',
      names: this.#names,
      rows: this.#rows,
    }
  }

  #begin(): void {
    let bytes = this.#header ?? new Uint8Array()
    this.#header = null
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
    if (bytes.every((byte) => byte === space || byte === lineFeed || byte === carriageReturn))
      throw new OperatingError(
        'data-malformed',
        `${this.#file}: the file is empty; it needs a line of column names and one line per row`,
      )
    if (bytes[0] === lineFeed || bytes[0] === carriageReturn)
      this.#refuse(1, 'is blank; the first line must hold the names of the columns')
    const { delimiter, names } = readHeader(this.#file, bytes)
    this.#delimiter = delimiter.charCodeAt(0)
    this.#names = names
    this.#scan(bytes)
  }

  #scan(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0
      if (this.#afterReturn) {
        if (byte === lineFeed) {
          this.#afterReturn = false
          this.#endLine('\r\n')
          continue
        }
        this.#endReturn()
      }
      if (this.#state === quoted) {
        this.#quotedByte(byte)
      } else if (byte === this.#delimiter) {
        this.#recordBytes += 1
        this.#fields += 1
        this.#startField()
      } else if (byte === lineFeed) {
        this.#endLine('\n')
      } else if (byte === carriageReturn) {
        this.#afterReturn = true
      } else {
        this.#plainByte(byte)
        i = this.#skipPlain(bytes, i)
      }
    }
  }

  /** Most bytes of most files are the inside of an unquoted field: passes over them in a loop of its own. */
  #skipPlain(bytes: Uint8Array, from: number): number {
    if (this.#state !== unquoted) return from
    let i = from + 1
    for (; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0
      if (byte === this.#delimiter || byte <= carriageReturn || byte === quote) break
      if (byte !== space) this.#blankField = false
    }
    this.#recordBytes += i - from - 1
    return i - 1
  }

  #quotedByte(byte: number): void {
    this.#recordBytes += 1
    if (byte === quote) this.#state = quoteInQuoted
    else if (byte === lineFeed) this.#line += 1
    if (this.#recordBytes > recordSizeMaxBytes)
      this.#refuse(this.#recordLine, 'a record is longer than 1.9 MB; is a `"` never closed?')
  }

  #plainByte(byte: number): void {
    this.#recordBytes += 1
    if (this.#recordBytes > recordSizeMaxBytes)
      this.#refuse(this.#recordLine, 'a record is longer than 1.9 MB; is this a CSV file?')
    if (byte === 0) this.#refuse(this.#line, 'holds a zero byte; is this a CSV file in UTF-8?')
    if (this.#state === quoteInQuoted) {
      if (byte !== quote)
        this.#refuse(
          this.#line,
          'text follows a closing `"`; write `""` for a quote inside a field',
        )
      this.#state = quoted
    } else if (byte === quote && this.#state === fieldStart) {
      this.#state = quoted
    } else {
      if (byte === quote && this.#blankField)
        this.#refuse(this.#line, 'a space stands before an opening `"`; remove the space')
      if (byte !== space) this.#blankField = false
      this.#state = unquoted
    }
  }

  #startField(): void {
    this.#state = fieldStart
    this.#blankField = true
  }

  #endReturn(): void {
    this.#afterReturn = false
    this.#endLine('\r')
  }

  #endLine(newline: '\n' | '\r\n' | '\r'): void {
    this.#newline ??= newline
    if (this.#newline !== newline)
      this.#refuse(this.#line, 'the line ending differs from the lines before; use one throughout')
    if (this.#recordBytes > 0) this.#endRecord()
    else if (this.#names.length === 1)
      this.#refuse(this.#line, 'is blank, in a table of one column; write `""` for a missing value')
    this.#line += 1
    this.#recordLine = this.#line
  }

  #endRecord(): void {
    const expected = this.#names.length
    if (this.#fields !== expected)
      this.#refuse(
        this.#recordLine,
        `has ${count(this.#fields)} where the header has ${expected}; ` +
          (this.#fields > expected
            ? 'quote a field that contains the delimiter'
            : 'every row needs a cell, empty or not, for every column'),
      )
    this.#rows += 1
    this.#fields = 1
    this.#recordBytes = 0
    this.#startField()
  }

  #refuse(line: number, problem: string): never {
    throw new OperatingError('data-malformed', `${this.#file}: line ${line}: ${problem}`, {
      details: { line },
    })
  }
}

const count = (fields: number) => `${fields} ${fields === 1 ? 'field' : 'fields'}`

/** The delimiter that occurs most often in the header outside quotes, and the names it separates. */
function readHeader(file: string, bytes: Uint8Array): { delimiter: string; names: string[] } {
  const text = new TextDecoder().decode(bytes.subarray(0, headerSizeMaxBytes))
  const counts = candidates.map((delimiter) => ({ delimiter, names: namesOf(text, delimiter) }))
  const best = counts.reduce((a, b) => (b.names.length > a.names.length ? b : a))
  checkColumnNames(file, best.names)
  return best
}

function namesOf(text: string, delimiter: string): string[] {
  const names: string[] = []
  let [name, inside] = ['', false]
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? ''
    if (character === '"' && (inside || name === '')) {
      if (inside && text[i + 1] === '"') {
        name += '"'
        i += 1
      } else inside = !inside
    } else if (!inside && (character === '\n' || character === '\r')) break
    else if (!inside && character === delimiter) {
      names.push(name)
      name = ''
    } else name += character
    if (names.length > columnsMax) break
  }
  return [...names, name]
}

/**
 * Refuses names that cannot tell columns apart.
 * @throws `data-malformed` for an empty or repeated name, or too many columns
 */
export function checkColumnNames(file: string, names: readonly string[]): void {
  const refuse = (problem: string) => {
    throw new OperatingError('data-malformed', `${file}: ${problem}`)
  }
  if (names.length > columnsMax)
    refuse(`has more than ${columnsMax} columns; leave out what is not needed`)
  const seen = new Map<string, number>()
  for (const [position, name] of names.entries()) {
    if (name.trim() === '')
      refuse(
        `column ${position + 1} has no name; name it, or leave it out ` +
          '(pandas writes such a column unless told `index=False`)',
      )
    const first = seen.get(name)
    if (first !== undefined)
      refuse(
        `columns ${first + 1} and ${position + 1} are both named \`${name}\`; rename one of them`,
      )
    seen.set(name, position)
  }
}
