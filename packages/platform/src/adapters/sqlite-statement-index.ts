// An index of statements in one SQLite file: Node's own SQLite, with its full-text search (FTS5). Every batch is one transaction
// over rows and cursor. Everything in it can be rebuilt, so a file that is no such index may be replaced by a new one.

import { rmSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { OperatingError } from '@proofhouse/evidence'
import type {
  AppliedBatch,
  Cursor,
  ProjectionStore,
  StatementHit,
  StatementQuery,
  StatementRow,
  StatementSearch,
} from '../ledger/index.ts'
import { searchStatement } from './sqlite-search.ts'

/** Of a file that this program made, and of its tables as they are now. */
const applicationId = 0x50_48_49_58
const schemaVersion = 1

/** SQLITE_CORRUPT_VTAB: what the full-text search answers when its index does not fit its texts. */
const corruptFullText = 267

/** Pages held in memory: marks of one batch fall all over the index. */
const cacheSizeKib = 65_536

/** How long to wait for another process that writes to the same index. */
const busyMs = 5_000

const schema = `
CREATE TABLE cursor (
  id INTEGER PRIMARY KEY CHECK (id = 1), origin TEXT NOT NULL, size INTEGER NOT NULL, root TEXT NOT NULL
) STRICT;
CREATE TABLE statement (
  entry_index INTEGER PRIMARY KEY, leaf TEXT NOT NULL, kind TEXT NOT NULL, held TEXT NOT NULL,
  predicate_type TEXT, stated_at TEXT, system TEXT, run TEXT, cut INTEGER NOT NULL
) STRICT;
CREATE INDEX statement_system ON statement (system, entry_index);
CREATE INDEX statement_run ON statement (run, entry_index);
CREATE TABLE mark (
  kind TEXT NOT NULL, value TEXT NOT NULL, entry_index INTEGER NOT NULL,
  PRIMARY KEY (kind, value, entry_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_entry ON mark (entry_index);
CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'unicode61 remove_diacritics 2');
`

/** The column of each table that names the entry. */
const entryColumns = [
  ['statement', 'entry_index'],
  ['mark', 'entry_index'],
  ['words_content', 'id'],
] as const

const indexMax = Number.MAX_SAFE_INTEGER

/** An index that is open: a projection, and its questions. */
export type StatementIndex = ProjectionStore<StatementRow> & StatementSearch

/** Which file, and what may be done to it. */
export interface StatementIndexFile {
  /** The file, or `:memory:`. */
  readonly path: string
  /** Whether a file that is no index, or is damaged, is replaced by an empty index. */
  readonly replace: boolean
}

/** Opens an index, making it when there is none. @throws storage-failed */
export function openStatementIndex({ path, replace }: StatementIndexFile): StatementIndex {
  try {
    return new SqliteStatementIndex(path)
  } catch (error) {
    if (!replace || path === ':memory:') throw error
    // Left alone, the journal of the damaged file would be replayed into the new one.
    for (const file of [path, `${path}-journal`]) rmSync(file, { force: true })
    return new SqliteStatementIndex(path)
  }
}

const failed = (path: string, cause: unknown) =>
  new OperatingError(
    'storage-failed',
    `index \`${path}\`: ${cause instanceof Error ? cause.message : 'failed'}; it holds nothing of its own: \`proofhouse ledger index --rebuild\` makes it anew`,
    { cause },
  )

class SqliteStatementIndex implements StatementIndex {
  readonly #path: string
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#path = path
    try {
      this.#database = new DatabaseSync(path, { timeout: busyMs })
    } catch (cause) {
      throw failed(path, cause)
    }
    try {
      this.#guarded(() => this.#prepare())
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  #prepare(): void {
    const database = this.#database
    database.exec(`PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${cacheSizeKib}`)
    this.#transaction(() => {
      const objects = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']
      const id = database.prepare('PRAGMA application_id').get()?.['application_id']
      const version = database.prepare('PRAGMA user_version').get()?.['user_version']
      if (objects === 0 && id === 0) {
        database.exec(schema)
        database.exec(
          `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`,
        )
      } else if (id !== applicationId || version !== schemaVersion)
        throw new Error('it is no index of this version')
    })
  }

  cursor(): Promise<Cursor | null> {
    return this.#done(() => this.#cursor())
  }

  apply({ from, to, rows }: AppliedBatch<StatementRow>): Promise<void> {
    return this.#done(() =>
      this.#transaction(() => {
        const now = this.#cursor()
        if (now?.size !== from?.size || now?.root !== from?.root || now?.origin !== from?.origin)
          throw new OperatingError(
            'ledger-conflict',
            `index \`${this.#path}\` stands elsewhere now: another process follows the ledger too; run again`,
          )
        for (const row of rows) this.#insert(row)
        this.#database
          .prepare('INSERT OR REPLACE INTO cursor (id, origin, size, root) VALUES (1, ?, ?, ?)')
          .run(to.origin, to.size, to.root)
      }),
    )
  }

  async *rows(): AsyncIterable<StatementRow> {
    const next = this.#guarded(() =>
      this.#database.prepare(
        // Each table's first, by its own order: `min` would walk through all the rows of the full-text table.
        `SELECT min(n) AS n FROM (${entryColumns
          .map(
            ([t, c]) =>
              `SELECT * FROM (SELECT ${c} AS n FROM ${t} WHERE ${c} BETWEEN ?1 AND ${indexMax} ORDER BY ${c} LIMIT 1)`,
          )
          .join(' UNION ALL ')})`,
      ),
    )
    for (let from = 0; ; ) {
      const found = await this.#done(() => next.get(from)?.['n'])
      if (typeof found !== 'number') return
      yield await this.#done(() => this.#row(found))
      from = found + 1
    }
  }

  problems(): Promise<readonly string[]> {
    return this.#done(() => [
      ...this.#damage(),
      ...this.#schemaProblems(),
      ...entryColumns.flatMap(([table, column]) => this.#strayRows(table, column)),
    ])
  }

  clear(): Promise<void> {
    return this.#done(() =>
      this.#transaction(() => {
        for (const table of ['cursor', 'statement', 'mark', 'words'])
          this.#database.exec(`DELETE FROM ${table}`)
      }),
    )
  }

  search(query: StatementQuery): Promise<readonly StatementHit[]> {
    return this.#done(() => {
      const { sql, values } = searchStatement(query)
      const found = this.#database.prepare(sql).all(...values)
      return found.map((hit) => {
        const row = this.#row(Number(hit['entry_index']))
        const { index, kind, held, predicateType, statedAt, system, run, subjects } = row
        const excerpt = textIn(hit['excerpt']) ?? ''
        return { index, kind, held, predicateType, statedAt, system, run, subjects, excerpt }
      })
    })
  }

  close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close()
    return Promise.resolve()
  }

  #cursor(): Cursor | null {
    const found = this.#database.prepare('SELECT origin, size, root FROM cursor').get()
    if (found === undefined) return null
    const { origin, size, root } = found
    return { origin: textIn(origin) ?? '', size: Number(size), root: textIn(root) ?? '' }
  }

  #insert(row: StatementRow): void {
    const { index, leaf, kind, held, predicateType, statedAt, system, run, cut } = row
    this.#database
      .prepare('INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(index, leaf, kind, held, predicateType, statedAt, system, run, Number(cut))
    const mark = this.#database.prepare('INSERT INTO mark VALUES (?, ?, ?)')
    for (const value of row.subjects) mark.run('subject', value, index)
    for (const value of row.fields) mark.run('field', value, index)
    this.#database.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)').run(index, row.words)
  }

  /** The row as it is stored; what is gone of it is shown as empty. */
  #row(index: number): StatementRow {
    const found = this.#database.prepare('SELECT * FROM statement WHERE entry_index = ?').get(index)
    const marks = this.#database
      .prepare('SELECT kind, value FROM mark WHERE entry_index = ? ORDER BY value')
      .all(index)
    const words = this.#database.prepare('SELECT text FROM words WHERE rowid = ?').get(index)
    const { kind, held } = { kind: textIn(found?.['kind']), held: textIn(found?.['held']) }
    const ofKind = (wanted: string) =>
      marks.filter((mark) => mark['kind'] === wanted).map((mark) => textIn(mark['value']) ?? '')
    const strange = marks.length > ofKind('subject').length + ofKind('field').length
    return {
      index,
      leaf: textIn(found?.['leaf']) ?? '',
      kind: kinds.find((known) => known === kind) ?? 'other',
      held: places.find((known) => known === held) ?? 'absent',
      predicateType: textIn(found?.['predicate_type']),
      statedAt: textIn(found?.['stated_at']),
      system: textIn(found?.['system']),
      run: textIn(found?.['run']),
      subjects: ofKind('subject').toSorted(),
      fields: [...ofKind('field'), ...(strange ? ['(marks of another kind)'] : [])].toSorted(),
      words: textIn(words?.['text']) ?? '',
      cut: found?.['cut'] === 1,
    }
  }

  /** What SQLite finds: pages, indexes against their tables, and the full-text index against its texts. */
  #damage(): string[] {
    const told = this.#database
      .prepare('PRAGMA integrity_check')
      .all()
      .map((line) => textIn(line['integrity_check']) ?? '')
    const problems = told.filter((line) => line !== 'ok').map((line) => `SQLite says: ${line}`)
    try {
      this.#database.exec("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
    } catch (cause) {
      if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === corruptFullText))
        throw cause
      problems.push('the index of words does not fit their texts')
    }
    return problems
  }

  /** Tables, indexes, views and triggers must be those of a new index. */
  #schemaProblems(): string[] {
    const objects = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name'
    const fresh = new DatabaseSync(':memory:')
    try {
      fresh.exec(schema)
      const told = (database: DatabaseSync) => JSON.stringify(database.prepare(objects).all())
      return told(fresh) === told(this.#database) ? [] : ['its tables are not those of an index']
    } finally {
      fresh.close()
    }
  }

  #strayRows(table: string, column: string): string[] {
    const sql = `SELECT count(*) AS n FROM ${table} WHERE ${column} NOT BETWEEN 0 AND ${indexMax}`
    const count = Number(this.#database.prepare(sql).get()?.['n'])
    return count === 0 ? [] : [`table \`${table}\` holds ${count} rows of entries that no log has`]
  }

  #transaction<T>(task: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = task()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** SQLite answers at once; its failures are told as every store's are. */
  #done<T>(task: () => T): Promise<T> {
    return new Promise((resolve) => {
      resolve(this.#guarded(task))
    })
  }

  #guarded<T>(task: () => T): T {
    try {
      return task()
    } catch (cause) {
      throw cause instanceof OperatingError ? cause : failed(this.#path, cause)
    }
  }
}

const kinds = ['statement', 'envelope', 'other'] as const
const places = ['entry', 'blob', 'altered', 'absent'] as const

const textIn = (value: SQLInputValue | undefined): string | null =>
  typeof value === 'string' ? value : null
