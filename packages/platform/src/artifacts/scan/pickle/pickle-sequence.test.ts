// Pickles one behind the other are read once each, however many there are.

import { concatBytes, utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import type { ByteSource } from '../byte-source.ts'
import { scanFile } from '../scan-file.ts'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import { global, int, oldPickle, pickle, reduce, text } from './pickle-bytes.fixture.ts'

type Part = Uint8Array<ArrayBuffer>

/** So many of the same, one behind the other. */
function repeated(part: Part, count: number): Part {
  const bytes = new Uint8Array(part.length * count)
  for (let at = 0; at < bytes.length; at += part.length) bytes.set(part, at)
  return bytes
}

/** What a scan reads of bytes altogether. */
async function bytesRead(bytes: Part): Promise<number> {
  let sizeBytes = 0
  const source: ByteSource = {
    sizeBytes: bytes.length,
    read: (start, end) => {
      const part = bytes.slice(Math.max(0, start), Math.max(0, end))
      sizeBytes += part.length
      return part
    },
  }
  expect((await scanFile('file', source, null)).verdict).toBe('clean')
  return sizeBytes
}

test.each([
  ['with a header', pickle(int(1))],
  ['without one', oldPickle(int(1))],
])('many small pickles %s take a few reads of the file', async (_, part) => {
  const bytes = repeated(part, 5000)
  expect(await bytesRead(bytes)).toBeLessThan(8 * bytes.length + 1_000_000)
})

test('what stands behind many small ones is found', async () => {
  const call = oldPickle(reduce(global('os', 'system'), text('id')))
  const behind = (part: Part) => concatBytes(repeated(oldPickle(int(1)), 5000), part)
  expect(await rulesOf(behind(call))).toContain('pickle-dangerous-import')
  expect(await rulesOf(behind(utf8('\x01 no pickle')))).toEqual(['pickle-trailing-data'])
  expect((await scanned(behind(new Uint8Array(9)))).verdict).toBe('clean')
})
