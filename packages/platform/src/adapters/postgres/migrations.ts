// The tables in PostgreSQL, made in steps that only go forward. A step is never changed once it is released; each leaves tables
// that the release before can still use. One process makes them at a time. A role that may not make tables needs none of this once
// they are there.

/** What making tables needs of a session. */
interface Statements {
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>
  transaction<T>(work: () => Promise<T>): Promise<T>
}

/** The steps, in order; the number of a step is its place, counted from 1. */
const steps: readonly string[] = [
  `CREATE TABLE proofhouse.ledger_head (
     log text PRIMARY KEY,
     note text,
     holder uuid,
     commits bigint NOT NULL DEFAULT 0
   ) WITH (fillfactor = 50);
   COMMENT ON TABLE proofhouse.ledger_head IS 'the commit point of each log: its signed checkpoint, and who alone may replace it';
   CREATE TABLE proofhouse.ledger_batch (
     log text NOT NULL REFERENCES proofhouse.ledger_head,
     first_index bigint NOT NULL,
     count integer NOT NULL CHECK (count > 0),
     bundle bytea NOT NULL,
     PRIMARY KEY (log, first_index)
   );
   ALTER TABLE proofhouse.ledger_batch ALTER COLUMN bundle SET STORAGE EXTERNAL;
   COMMENT ON TABLE proofhouse.ledger_batch IS 'entries that are committed and may not be in durable tiles yet'`,
  `CREATE TABLE proofhouse.vault (
     vault text PRIMARY KEY,
     holder uuid NOT NULL
   );
   COMMENT ON TABLE proofhouse.vault IS 'the vault of each decision log, and who alone may write to it';
   CREATE TABLE proofhouse.vault_file (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     vault text NOT NULL REFERENCES proofhouse.vault,
     name text NOT NULL,
     size_bytes bigint NOT NULL,
     UNIQUE (vault, name)
   ) WITH (fillfactor = 50);
   COMMENT ON TABLE proofhouse.vault_file IS 'the files of each vault';
   CREATE TABLE proofhouse.vault_block (
     file bigint NOT NULL,
     start bigint NOT NULL,
     bytes bytea NOT NULL,
     PRIMARY KEY (file, start)
   ) WITH (
     autovacuum_vacuum_scale_factor = 0,
     autovacuum_vacuum_threshold = 100,
     toast.autovacuum_vacuum_scale_factor = 0,
     toast.autovacuum_vacuum_threshold = 100
   );
   ALTER TABLE proofhouse.vault_block ALTER COLUMN bytes SET STORAGE EXTERNAL;
   COMMENT ON TABLE proofhouse.vault_block IS 'the sealed bytes of each file, without gaps: a row and those behind it. Rows that were written over are vacuumed soon'`,
]

/** Any number, the same in every process: who holds its lock makes the tables. */
const migrationLock = 7_067_686_515

/** Brings the tables up to date. */
export async function migrate(session: Statements): Promise<void> {
  if ((await stepsDone(session)) >= steps.length) return
  await session.transaction(async () => {
    await session.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    await session.query('CREATE SCHEMA IF NOT EXISTS proofhouse')
    await session.query(
      `CREATE TABLE IF NOT EXISTS proofhouse.migration (
         step integer PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now())`,
    )
    for (let step = (await stepsDone(session)) + 1; step <= steps.length; step++) {
      for (const statement of (steps[step - 1] ?? '').split(';')) await session.query(statement)
      await session.query('INSERT INTO proofhouse.migration (step) VALUES ($1)', [step])
    }
  })
}

async function stepsDone(session: Statements): Promise<number> {
  const [there] = await session.query(`SELECT to_regclass('proofhouse.migration') AS name`)
  if (there?.['name'] === null) return 0
  const [last] = await session.query(
    'SELECT coalesce(max(step), 0)::integer AS step FROM proofhouse.migration',
  )
  return Number(last?.['step'])
}
