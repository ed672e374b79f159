// A process that puts artifacts into a store until it is killed, and writes down the digest of each
// that was acknowledged.
// Usage: node put-forever.fixture.ts FOLDER KEYFILE ACKNOWLEDGEMENTS SEED

import { openSync, writeSync } from 'node:fs'
import process from 'node:process'
import { openDirectoryBlobs } from '../../packages/platform/src/adapters/directory-blobs.ts'
import { ArtifactStore } from '../../packages/platform/src/artifacts/store/index.ts'
import { FileKeyWrapper } from '../../packages/platform/src/artifacts/store/file-key-wrapper.fixture.ts'

const [folder = '', keyFile = '', acknowledgements = '', seed = '0'] = process.argv.slice(2)
const marker = 'what nobody without the key may read '
const pieceSizeBytes = 40_000
const pieces = [0, 1, 3, 40]
const told = openSync(acknowledgements, 'w')
const blobs = await openDirectoryBlobs(folder, 60_000)
const keys = new FileKeyWrapper(keyFile)
const store = new ArtifactStore({ tenant: 'acme', blobs, keys, nowMs: Date.now })
writeSync(told, 'open\n')
for (let number = 0; ; number++) {
  const text = `${seed} ${number} ${marker}`
  const piece = Buffer.from(text.repeat(Math.ceil(pieceSizeBytes / text.length)))
  async function* source() {
    yield Buffer.from(text)
    for (let left = pieces[number % pieces.length] ?? 0; left > 0; left--) yield piece
  }
  const { digest } = await store.put(source())
  writeSync(told, `${digest}\n`)
  if (number % 5 === 4) await store.remove(digest)
}
