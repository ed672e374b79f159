// What an interrupted or damaged write leaves in staging files.

import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stagingFolder } from '../ledger/index.ts'
import { FileStagingLog } from './file-staging-log.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staging-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const batch = (firstIndex: number) => ({
  firstIndex,
  count: 2,
  bundle: Uint8Array.of(0, 1, firstIndex, 0, 0),
})

async function written(fileMaxBytes?: number): Promise<string[]> {
  const log = new FileStagingLog(folder, fileMaxBytes)
  for (const firstIndex of [0, 2, 4]) await log.append(batch(firstIndex))
  await log.close()
  return readdirSync(join(folder, stagingFolder)).map((name) => join(folder, stagingFolder, name))
}

async function readBack(): Promise<number[]> {
  const found: number[] = []
  for await (const { firstIndex } of new FileStagingLog(folder).batches()) found.push(firstIndex)
  return found
}

test('names its files for their first entry', async () => {
  const files = await written(30)
  expect(files.map((path) => path.slice(-17))).toEqual(['/0000000000000000', '/0000000000000004'])
  expect(await readBack()).toEqual([0, 2, 4])
})

test('drops a record that was cut off anywhere', async () => {
  const [file = ''] = await written()
  const whole = readFileSync(file)
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length))
    const kept = Math.floor(length / 25)
    expect(await readBack()).toEqual([0, 2, 4].slice(0, kept))
  }
})

test('drops a last record with any byte changed, and refuses damage before the end', async () => {
  const [file = ''] = await written()
  const whole = readFileSync(file)
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 0x10
    writeFileSync(file, changed)
    const found = await readBack().catch((error: unknown) => error)
    const isLast = at >= 50
    // A changed length can reach beyond the end, like a write that was cut off; the signed root tells then.
    const looksCutOff = at % 25 >= 12 && at % 25 < 16
    if (isLast) expect(found, `byte ${at}`).toEqual([0, 2])
    else if (!looksCutOff) expect(found, `byte ${at}`).toMatchObject({ code: 'ledger-corrupt' })
    else expect(found, `byte ${at}`).not.toEqual([0, 2, 4])
  }
})

test('does not take what follows a torn record for a batch', async () => {
  const [file = ''] = await written()
  appendFileSync(file, new Uint8Array(3))
  expect(await readBack()).toEqual([0, 2, 4])
})
