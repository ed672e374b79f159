// The thread behind `leaf-hash-workers.ts`: bundles in, their hashes out. A bundle that it is told the path of it reads into one buffer
// that is used again and again; whatever is not a plain file of the right size it leaves to whoever asked.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { hashBundle } from '../bundle-hash.ts'
import type { HashAnswer, HashRequest } from './leaf-hash-workers.ts'

const digestSizeBytes = 32
/** Of 256 entries of the largest size, each with its length. */
const bundleMaxBytes = 256 * (65_535 + 2)
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

let buffer = new Uint8Array(1_048_576)
const tileBuffer = new Uint8Array(256 * digestSizeBytes)

/** The size of a plain file of at most so many bytes, whose content is in the buffer then; null for anything else. */
function readInto(path: string, most: number, target: () => Uint8Array): number | null {
  let file: number
  try {
    file = openSync(path, flags)
  } catch {
    return null
  }
  try {
    const stats = fstatSync(file)
    if (!stats.isFile() || stats.size > most) return null
    if (stats.size > buffer.length) buffer = new Uint8Array(most)
    return readSync(file, target(), 0, stats.size, 0)
  } catch {
    return null
  } finally {
    closeSync(file)
  }
}

/** The hashes of a bundle and what its tile stores, where both are whole. */
function hashFiles(
  { bundle, tile }: { readonly bundle: string; readonly tile: string },
  count: number,
): HashAnswer {
  const nothing = { hashes: null, stored: null }
  const tileSize = readInto(tile, tileBuffer.length, () => tileBuffer)
  if (tileSize !== count * digestSizeBytes) return nothing
  const size = readInto(bundle, bundleMaxBytes, () => buffer)
  const hashes = size === null ? null : hashBundle(buffer.subarray(0, size), count)
  if (hashes === null) return nothing
  const stored = tileBuffer.subarray(0, tileSize)
  const isSame = Buffer.compare(stored, hashes.leaves) === 0
  return { hashes, stored: isSame ? null : stored.slice() }
}

const port = parentPort
if (port === null) throw new Error('assertion failed: this module runs in a worker thread')
port.on('message', (requests: readonly HashRequest[]) => {
  const answers: HashAnswer[] = requests.map(({ of, count }) =>
    of instanceof Uint8Array
      ? { hashes: hashBundle(of, count), stored: null }
      : hashFiles(of, count),
  )
  const buffers = answers.flatMap(({ hashes }) => (hashes === null ? [] : [hashes.leaves.buffer]))
  port.postMessage(answers, buffers)
})
