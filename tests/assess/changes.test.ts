// `changes:` of the system file beside real data: what does not fit is refused before anything is attacked.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { duckdbSource } from '../../packages/platform/src/adapters/duckdb-source.ts'
import type { ColumnChange } from '../../packages/platform/src/assess/index.ts'
import { checkChanges } from '../../packages/platform/src/workflows/check-changes.ts'
import { newFolder } from './run-program.fixture.ts'

const path = join(newFolder(), 'test.csv')
writeFileSync(path, 'age,purpose\n20,car\n30,house\n40,car\n')
const asked = [
  { name: 'age', as: 'number' },
  { name: 'purpose', as: 'text' },
] as const

async function refusalOf(changes: Readonly<Record<string, ColumnChange>>): Promise<unknown> {
  const engine = await duckdbSource().open(path)
  try {
    await checkChanges(changes, asked, engine)
    return null
  } catch (error) {
    return error
  } finally {
    await engine.close()
  }
}

test('what fits is taken, also a number beyond those seen', async () => {
  expect(await refusalOf({ age: { min: 80 }, purpose: { allowed: ['house'] } })).toBeNull()
})

test.each<[string, Record<string, ColumnChange>, RegExp]>([
  ['a column that is not read', { purpos: {} }, /`purpos` is no column.*did you mean `purpose`/],
  [
    'a category nobody has',
    { purpose: { allowed: ['hause'] } },
    /`hause`.*`purpose`.*did you mean `house`/,
  ],
  ['categories of a number', { age: { allowed: ['20'] } }, /`age` is a number/],
  ['a range of categories', { purpose: { max: 3 } }, /`purpose` is a category/],
  ['a range upside down', { age: { min: 50, max: 40 } }, /min` of 50 above its `max` of 40/],
])('%s is refused', async (_name, changes, message) => {
  expect(await refusalOf(changes)).toMatchObject({
    code: 'config-invalid',
    message: expect.stringMatching(message) as unknown,
  })
})
