// Settings of storage: what is meant, and what is refused with a hint.

import { expect, test } from 'vitest'
import { readDecisionStorage } from './storage-settings.ts'

const file = { fileName: 'storage.yaml', resolve: (path: string) => `/w/${path}` }
const bucket = { name: 'acme', region: 'eu-central-1' }

test('a decision log is on a database, and beside it in folders or buckets', () => {
  const database = { url_file: 'url' }
  expect(
    readDecisionStorage({ database, ledger: { folder: 'tiles' }, vault: 'postgresql' }, file),
  ).toEqual({ database: { file: '/w/url' }, ledger: { folder: '/w/tiles' }, vault: null })
  const given = {
    database: { url_env: 'DATABASE_URL' },
    ledger: { bucket: { ...bucket, prefix: 'ledger/' }, retain_days: 30 },
    vault: { bucket: { ...bucket, endpoint: 'http://s3', access_file: 'access' } },
  }
  const meant = { bucket: 'acme', region: 'eu-central-1', endpoint: null, prefix: '', access: null }
  expect(readDecisionStorage(given, file)).toEqual({
    database: { variable: 'DATABASE_URL' },
    ledger: { bucket: { ...meant, prefix: 'ledger/' }, retainDays: 30 },
    vault: { ...meant, endpoint: 'http://s3', access: { file: '/w/access' } },
  })
})

test.each<[unknown, string]>([
  [null, 'must hold `database`, `ledger`, `vault`'],
  [{ databse: 1 }, '`databse` is unknown; did you mean `database`?'],
  [{ database: { url: 'postgres://me:secret@db' } }, '`database`: `url` is unknown'],
  [
    { database: {}, ledger: { folder: 'a' }, vault: 'postgresql' },
    '`database`: needs `url_file` or `url_env`',
  ],
  [{ database: { url_file: 'a', url_env: 'b' }, ledger: { folder: 'a' } }, 'exclude each other'],
  [{ database: { url_file: 'a' }, ledger: {} }, '`ledger`: needs a `folder` or a `bucket`'],
  [{ database: { url_file: 'a' }, ledger: { folder: 'a', retain_days: 1 } }, 'Object Lock'],
  [
    { database: { url_file: 'a' }, ledger: { bucket: { name: 'a' } } },
    '`ledger.bucket`: needs a `region`',
  ],
  [{ database: { url_file: 'a' }, ledger: { bucket, retain_days: 0.5 } }, 'a whole number'],
  [{ database: { url_file: 'a' }, ledger: { bucket: { ...bucket, prefix: 'a' } } }, 'end in `/`'],
  [{ database: { url_file: 'a' }, ledger: { folder: 7 } }, '`folder` must be a text'],
  [
    { database: { url_file: 'a' }, ledger: { folder: 'a' }, vault: 'disk' },
    '`vault`: must hold `bucket`',
  ],
])('refuses %j', (value, problem) => {
  const refused = () => readDecisionStorage(value, file)
  expect(refused).toThrow(problem)
  expect(refused).toThrow(expect.objectContaining({ code: 'config-invalid' }))
})
