// The files of a decision log in PostgreSQL: a row per file, and its bytes in rows behind one another. Every call that changes something
// is one transaction, which begins by locking the vault's row and comparing the `holder` that opening put there: whoever opened last
// is the only one who can write. The session's advisory lock refuses a second server early; safety does not rest on it.
// INVARIANT: the rows of a file cover its bytes from 0 to its size, each once.
// What is written over is gone from the tables on return, and not yet from the server's disk: dead rows stay until they are vacuumed,
// the write-ahead log until it is recycled, archives and standbys for as long as they keep it. An epoch's end makes all of that noise.

import { randomUUID } from 'node:crypto'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { Piece, VaultFiles } from '../decisions/index.ts'
import { PostgresSession } from './postgres/session.ts'
import { holdLog } from './postgres-lock-store.ts'

/** Of one row: small, because writing over one byte of it writes all of it anew. */
const blockSizeMaxBytes = 16_384
/** Of one answer, or one statement. */
const batchSizeMaxBytes = 4 * 1_048_576
/** Rows that are changed at a time. */
const piecesPerStatement = 256

/** A file, as its row has it. */
interface FileRow {
  readonly id: string
  readonly sizeBytes: number
}

/** Vault files in PostgreSQL. */
export class PostgresVaultFiles implements VaultFiles {
  readonly #writer: PostgresSession
  readonly #reader: PostgresSession
  readonly #vault: string
  readonly #holder: string
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(
    sessions: { readonly writer: PostgresSession; readonly reader: PostgresSession },
    vault: string,
    holder: string,
  ) {
    this.#writer = sessions.writer
    this.#reader = sessions.reader
    this.#vault = vault
    this.#holder = holder
  }

  /**
   * Takes a vault, waiting for another holder; from here on no earlier holder can write.
   * @param vault its name: that of the decision log
   * @throws ledger-busy, config-invalid, storage-failed
   */
  static async open(url: string, vault: string, waitMs: number): Promise<PostgresVaultFiles> {
    const writer = await PostgresSession.open(url)
    try {
      await holdLog(writer, vault, { how: 'alone', waitMs, of: 'vault' })
      const holder = randomUUID()
      await writer.change(
        `INSERT INTO proofhouse.vault (vault, holder) VALUES ($1, $2)
         ON CONFLICT (vault) DO UPDATE SET holder = excluded.holder`,
        [vault, holder],
      )
      const reader = await PostgresSession.open(url)
      return new PostgresVaultFiles({ writer, reader }, vault, holder)
    } catch (error) {
      await writer.end()
      throw error
    }
  }

  append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    return this.#changing(name, async (found) => {
      const file = found ?? (await this.#make(name))
      if (file.sizeBytes < at) throw endsBefore(name)
      if (file.sizeBytes > at) await this.#cut(file.id, at)
      await this.#insert(file.id, at, bytes)
      await this.#writer.change(
        'UPDATE proofhouse.vault_file SET size_bytes = $2 WHERE id = $1::bigint',
        [file.id, at + bytes.length],
      )
    })
  }

  async read(name: string, offset: number, length: number): Promise<Bytes | null> {
    for (let file = await this.#file(name); ; ) {
      if (file === null) return null
      const end = Math.min(file.sizeBytes, offset + length)
      const bytes = new Uint8Array(Math.max(0, end - offset))
      if (await this.#fill(file.id, offset, bytes)) return bytes
      const before = file
      file = await this.#file(name)
      if (file?.id === before.id && file.sizeBytes >= end) throw hasGaps(name)
      // It was replaced or cut meanwhile.
    }
  }

  overwrite(name: string, pieces: readonly Piece[]): Promise<void> {
    return this.#changing(name, async (file) => {
      const end = Math.max(0, ...pieces.map(({ offset, bytes }) => offset + bytes.length))
      if (file === null || end > file.sizeBytes) throw endsBefore(name)
      const small = pieces.flatMap(splitPiece).toSorted((a, b) => a.offset - b.offset)
      for (let from = 0; from < small.length; from += piecesPerStatement)
        await this.#patch(name, file.id, small.slice(from, from + piecesPerStatement))
    })
  }

  replace(name: string, bytes: Uint8Array | null): Promise<void> {
    return this.#changing(name, async (file) => {
      if (file !== null) {
        await this.#cut(file.id, 0)
        await this.#writer.change('DELETE FROM proofhouse.vault_file WHERE id = $1::bigint', [
          file.id,
        ])
      }
      if (bytes === null) return
      const { id } = await this.#make(name, bytes.length)
      await this.#insert(id, 0, bytes)
    })
  }

  async list(): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]> {
    const rows = await this.#reader.query(
      'SELECT name, size_bytes::float8 AS size FROM proofhouse.vault_file WHERE vault = $1 ORDER BY name',
      [this.#vault],
    )
    return rows.map(({ name, size }) => ({ name: String(name), sizeBytes: Number(size) }))
  }

  /** Closes the connections, and with them ends the right to write. */
  async close(): Promise<void> {
    await Promise.all([this.#writer.end(), this.#reader.end()])
  }

  /** Runs a change of a file as one transaction, after those asked for before. @throws ledger-conflict, storage-failed */
  #changing(name: string, change: (file: FileRow | null) => Promise<void>): Promise<void> {
    const work = () =>
      this.#writer.transaction(async () => {
        const [row] = await this.#writer.query(
          `SELECT file.id::text AS id, file.size_bytes::float8 AS size FROM proofhouse.vault AS held
           LEFT JOIN proofhouse.vault_file AS file ON file.vault = held.vault AND file.name = $3
           WHERE held.vault = $1 AND held.holder = $2 FOR SHARE OF held`,
          [this.#vault, this.#holder, name],
        )
        if (row === undefined)
          throw new OperatingError(
            'ledger-conflict',
            `the vault \`${this.#vault}\` was taken over by another server; this one stops, open the log again`,
          )
        await change(row['id'] === null ? null : fileOf(row))
      })
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  async #file(name: string): Promise<FileRow | null> {
    const [row] = await this.#reader.query(
      'SELECT id::text AS id, size_bytes::float8 AS size FROM proofhouse.vault_file WHERE vault = $1 AND name = $2',
      [this.#vault, name],
    )
    return row === undefined ? null : fileOf(row)
  }

  async #make(name: string, sizeBytes = 0): Promise<FileRow> {
    const [row] = await this.#writer.query(
      `INSERT INTO proofhouse.vault_file (vault, name, size_bytes) VALUES ($1, $2, $3)
       RETURNING id::text AS id, size_bytes::float8 AS size`,
      [this.#vault, name, sizeBytes],
    )
    return fileOf(row ?? {})
  }

  async #insert(id: string, at: number, bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; from += batchSizeMaxBytes)
      await this.#writer.change(
        `INSERT INTO proofhouse.vault_block (file, start, bytes)
         SELECT $1::bigint, $2::bigint + n, substring($3::bytea FROM n + 1 FOR $4)
         FROM generate_series(0, octet_length($3::bytea) - 1, $4::integer) AS n`,
        [id, at + from, bytes.subarray(from, from + batchSizeMaxBytes), blockSizeMaxBytes],
      )
  }

  async #cut(id: string, at: number): Promise<void> {
    await this.#writer.change(
      'DELETE FROM proofhouse.vault_block WHERE file = $1::bigint AND start >= $2::bigint',
      [id, at],
    )
    await this.#writer.change(
      `UPDATE proofhouse.vault_block SET bytes = substring(bytes FROM 1 FOR ($2::bigint - start)::integer)
       WHERE file = $1::bigint AND start + octet_length(bytes) > $2::bigint
         AND start = (SELECT max(start) FROM proofhouse.vault_block WHERE file = $1::bigint)`,
      [id, at],
    )
  }

  /** Reads bytes from a place on into what is given; false where some are not there. */
  async #fill(id: string, offset: number, into: Uint8Array): Promise<boolean> {
    let done = 0
    while (done < into.length) {
      const from = offset + done
      const rows = await this.#reader.query(
        `SELECT substring(bytes FROM greatest($2::bigint - start, 0)::integer + 1
                          FOR ($3::bigint - greatest(start, $2::bigint))::integer) AS bytes
         FROM proofhouse.vault_block WHERE file = $1::bigint AND start < $3::bigint AND start >= coalesce(
           (SELECT max(start) FROM proofhouse.vault_block WHERE file = $1::bigint AND start <= $2::bigint), 0)
         ORDER BY start`,
        [id, from, Math.min(offset + into.length, from + batchSizeMaxBytes)],
      )
      const before = done
      for (const { bytes } of rows) {
        if (!Buffer.isBuffer(bytes)) throw new Error('assertion failed: bytes are bytes')
        into.set(bytes, done)
        done += bytes.length
      }
      if (done === before) return false
    }
    return true
  }

  /** Writes over small places, in their order. */
  async #patch(name: string, id: string, pieces: readonly Piece[]): Promise<void> {
    const rows = await this.#writer.query(
      `SELECT DISTINCT ON (start) start::float8 AS start, bytes
       FROM unnest($2::bigint[], $3::bigint[]) AS piece (first, ahead)
       CROSS JOIN LATERAL (
         SELECT start, bytes FROM proofhouse.vault_block
         WHERE file = $1::bigint AND start < ahead AND start >= coalesce(
           (SELECT max(start) FROM proofhouse.vault_block WHERE file = $1::bigint AND start <= first), 0)
       ) AS block ORDER BY start`,
      [
        id,
        pieces.map(({ offset }) => offset),
        pieces.map(({ offset, bytes }) => offset + bytes.length),
      ],
    )
    const blocks = rows.map(({ start, bytes }) => {
      if (typeof start !== 'number' || !Buffer.isBuffer(bytes))
        throw new Error('assertion failed: a block has the types of its columns')
      return { start, bytes: Buffer.from(bytes) }
    })
    if (writeOver(blocks, pieces) !== pieces.reduce((sum, { bytes }) => sum + bytes.length, 0))
      throw hasGaps(name)
    await this.#writer.change(
      `UPDATE proofhouse.vault_block AS block SET bytes = given.bytes
       FROM unnest($2::bigint[], $3::bytea[]) AS given (start, bytes)
       WHERE block.file = $1::bigint AND block.start = given.start`,
      [id, blocks.map(({ start }) => start), blocks.map(({ bytes }) => bytes)],
    )
  }
}

const fileOf = ({ id, size }: Readonly<Record<string, unknown>>): FileRow => {
  if (typeof id !== 'string' || typeof size !== 'number')
    throw new Error('assertion failed: a file has the types of its columns')
  return { id, sizeBytes: size }
}

const endsBefore = (name: string) =>
  new OperatingError('storage-failed', `file \`${name}\` of the decision log ends before that`)

const hasGaps = (name: string) =>
  new OperatingError(
    'storage-failed',
    `file \`${name}\` of the decision log has gaps in PostgreSQL; restore the database`,
  )

/** A piece in parts no larger than a row. */
function splitPiece({ offset, bytes }: Piece): Piece[] {
  const parts: Piece[] = []
  for (let from = 0; from < bytes.length; from += blockSizeMaxBytes)
    parts.push({ offset: offset + from, bytes: bytes.subarray(from, from + blockSizeMaxBytes) })
  return parts
}

/** Writes pieces into blocks, both in the order of their places; gives how many bytes found one. */
function writeOver(
  blocks: readonly { readonly start: number; readonly bytes: Buffer }[],
  pieces: readonly Piece[],
): number {
  let written = 0
  for (const { offset, bytes } of pieces)
    for (const block of blocks) {
      const from = Math.max(offset, block.start)
      const to = Math.min(offset + bytes.length, block.start + block.bytes.length)
      if (from >= to) continue
      block.bytes.set(bytes.subarray(from - offset, to - offset), from - block.start)
      written += to - from
    }
  return written
}
