// The thread behind `leaf-hash-workers.ts`: one bundle in, its hashes out.

import { parentPort } from 'node:worker_threads'
import { assert } from '@proofhouse/evidence'
import { hashBundle } from '../ledger/index.ts'
import type { HashAnswer, HashRequest } from './leaf-hash-workers.ts'

const port = parentPort
assert(port !== null, 'this module runs in a worker thread')
port.on('message', ({ id, bundle, count }: HashRequest) => {
  const hashes = hashBundle(bundle, count)
  const answer: HashAnswer = { id, hashes }
  port.postMessage(answer, hashes === null ? [] : [hashes.leaves.buffer, hashes.root.buffer])
})
