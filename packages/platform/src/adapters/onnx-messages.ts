// What the runner and its child process say to each other, over Node's IPC channel with structured cloning.
// Types only: the child runs with no access to the rest of the source.

import type { Bytes, HexDigest } from '@proofhouse/evidence'
import type { ModelValue, Tensor } from '../assess/index.ts'

/** From the runner, once the child is ready. The child answers each message once, in order. */
export type RunnerMessage =
  | {
      readonly ask: 'load'
      readonly bytes: Bytes
      readonly sha256: HexDigest
      readonly threads: number
    }
  | { readonly ask: 'run'; readonly feeds: readonly Tensor[]; readonly outputs: readonly string[] }

/** From the child: that it is there, before it is asked anything, and then its answers. */
export type ChildMessage =
  | {
      readonly answer: 'ready'
      /** Of ONNX Runtime. */
      readonly version: string
    }
  | {
      readonly answer: 'loaded'
      readonly inputs: readonly ModelValue[]
      readonly outputs: readonly ModelValue[]
    }
  | { readonly answer: 'ran'; readonly outputs: readonly Tensor[] }
  | {
      readonly answer: 'refused'
      readonly code: 'model-changed' | 'model-malformed' | 'model-failed'
      readonly reason: string
    }
