// A model that is one file and already in memory, as the files that signatures are verified over: what was verified is then what
// the caller holds, whatever happens on the disk.

import { type Bytes, sha256Hex } from '@proofhouse/evidence'
import type { ModelFiles } from './ports.ts'
import { bytesSource } from './scan/byte-source.ts'

/** The model's files: one, of these bytes. */
export function bytesModelFiles(bytes: Bytes): ModelFiles {
  return {
    list: () => Promise.resolve([{ path: '.', kind: 'file', sizeBytes: bytes.length }]),
    digest: (_, work) =>
      Promise.resolve(
        work.map(({ parts }) =>
          parts.map(({ start, end }) => sha256Hex(bytes.subarray(start, end))),
        ),
      ),
    open: () => ({
      source: bytesSource(bytes),
      requireUnchanged: () => undefined,
      close: () => undefined,
    }),
  }
}
