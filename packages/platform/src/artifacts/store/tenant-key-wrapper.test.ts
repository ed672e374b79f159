// Artifacts under the real hierarchy of keys: root key files, tenants' keys, rotation.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { utf8 } from '@proofhouse/evidence'
import { fileKeyProvider } from '../../adapters/file-key-provider.ts'
import { diskKeyFiles } from '../../adapters/key-file.ts'
import { MemoryBlobs } from '../../adapters/memory-blobs.ts'
import { MemoryKeyStore } from '../../adapters/memory-key-store.ts'
import { openKeyring, tenantKeyAddress } from '../../keys/index.ts'
import { bytesOf, piecesOf, sortedOf } from './artifact-blobs.contract.fixture.ts'
import { ArtifactStore } from './artifact-store.ts'
import { tenantKeyWrapper } from './tenant-key-wrapper.ts'

const folder = mkdtempSync(join(tmpdir(), 'tenant-key-wrapper-'))
const store = new MemoryKeyStore()

afterAll(() => {
  rmSync(folder, { recursive: true })
})

function newKeyring() {
  let ids = 0
  return openKeyring({
    provider: fileKeyProvider({ folder, files: diskKeyFiles, passphrase: null }),
    rootName: 'root',
    store,
    record: () => Promise.resolve(),
    now: () => new Date('2026-01-01T00:00:00Z'),
    newId: () => `id-${++ids}`,
    monotonicMs: () => 0,
  })
}

test('artifacts live through a rotation and a re-wrap, and end with their tenant’s key', async () => {
  const keyring = newKeyring()
  const blobs = new MemoryBlobs(() => 0)
  const openFor = (tenant: string, ring = keyring) =>
    new ArtifactStore({ tenant, blobs, keys: tenantKeyWrapper(ring), nowMs: () => 0 })
  for (const tenant of ['acme', 'umbrella']) await keyring.tenants.create(tenant, 'requested')
  const artifacts = openFor('acme')
  const { digest } = await artifacts.put(piecesOf(utf8('kept')))
  expect(await sortedOf(artifacts.rewrapAll())).toEqual([])

  await keyring.tenants.rotate('acme', 'requested')
  expect(await bytesOf(artifacts.read(digest))).toEqual(utf8('kept'))
  expect(await sortedOf(artifacts.rewrapAll())).toEqual([digest])
  expect(await sortedOf(artifacts.rewrapAll())).toEqual([])
  // A process that starts now reads it too.
  const later = newKeyring()
  expect(await bytesOf(openFor('acme', later).read(digest))).toEqual(utf8('kept'))
  later.close()

  // Under another tenant's name nothing opens, even under keys of the same versions.
  await keyring.tenants.rotate('umbrella', 'requested')
  for await (const name of blobs.list('acme'))
    await blobs.write(name.replace('acme', 'umbrella'), blobs.read(name))
  const refused = { code: 'key-unwrap-failed' }
  await expect(bytesOf(openFor('umbrella').read(digest))).rejects.toMatchObject(refused)

  await keyring.keys.destroy(tenantKeyAddress('acme'), { reason: 'requested' })
  await expect(bytesOf(artifacts.read(digest))).rejects.toMatchObject({ code: 'key-destroyed' })
  keyring.close()
})
