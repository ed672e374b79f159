import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fromHex, textOf, toHex, utf8 } from '@proofhouse/evidence'
import vectors from '../../../../../spec/vectors/artifact-store.json' with { type: 'json' }
import { MemoryBlobs } from '../../adapters/memory-blobs.ts'
import { encodeKeyBinding } from '../../keys/index.ts'
import { bytesOf, piecesOf } from './artifact-blobs.contract.fixture.ts'
import { artifactContext } from './artifact-context.ts'
import { decodeRecord, encodeRecord } from './artifact-record.ts'
import { ArtifactStore } from './artifact-store.ts'
import type { ArtifactKeyPlace, ArtifactKeyWrapper } from './ports.ts'

const { artifact, invalidRecords } = vectors

test('the stored artifact opens with its data key, from its names and bytes alone', async () => {
  const blobs = new MemoryBlobs(() => 0)
  await blobs.write(artifact.recordName, piecesOf(utf8(artifact.record)))
  await blobs.write(artifact.dataName, piecesOf(fromHex(artifact.ciphertext)))
  const asked: ArtifactKeyPlace[] = []
  /** Of a key service only its answer is known here. */
  const keys: ArtifactKeyWrapper = {
    wrap: () => Promise.reject(new Error('nothing is wrapped here')),
    isCurrent: () => Promise.resolve(true),
    unwrap: (_, place) => {
      asked.push(place)
      return Promise.resolve(fromHex(artifact.dataKey))
    },
  }
  const store = new ArtifactStore({ tenant: artifact.tenant, blobs, keys, nowMs: () => 0 })
  expect(textOf(await bytesOf(store.read(artifact.digest)))).toBe(artifact.text)
  expect(hash('sha256', artifact.text, 'hex')).toBe(artifact.digest)
  expect(asked.map((place) => toHex(encodeKeyBinding(place)))).toEqual([artifact.keyBinding])
})

test('records and contexts are written as the vectors have them', () => {
  const record = decodeRecord(utf8(artifact.record), artifact.digest)
  expect(textOf(encodeRecord(record))).toBe(artifact.record)
  expect(artifact.dataName.endsWith(`/${record.data}`)).toBe(true)
  expect(toHex(artifactContext(artifact.tenant, record.data))).toBe(artifact.context)
})

describe('no reader accepts a record that is', () => {
  test.each(invalidRecords)('$why', ({ text }) => {
    expect(() => decodeRecord(utf8(text), artifact.digest)).toThrow('cannot be read')
  })
})
