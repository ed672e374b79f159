// What assessment asks of the outside world to run a model: a runner that executes one over batches of columns, in a process that
// can do no more than compute, and says what confines it.

import type { Bytes, HexDigest } from '@proofhouse/evidence'

/** Element types of tensors that assessment can fill or read. */
export type TensorType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'string'

/** An input or output that a model declares. */
export interface ModelValue {
  readonly name: string
  /** A tensor type as the runtime names it, or `sequence`/`map`/… for anything that is no tensor. */
  readonly type: string
  /** Sizes, with -1 where free; null when it is no tensor or the model does not say. */
  readonly shape: readonly number[] | null
}

/** The elements of a tensor, row by row. */
export type TensorData =
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'float64'; readonly data: Float64Array }
  | { readonly type: 'int32'; readonly data: Int32Array }
  | { readonly type: 'int64'; readonly data: BigInt64Array }
  | { readonly type: 'bool'; readonly data: Uint8Array }
  | { readonly type: 'string'; readonly data: readonly string[] }

/** A named tensor going into or coming out of a model. */
export interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: TensorData
}

/** What runs a model: native code, or WebAssembly, which can touch nothing but its own memory. */
export type ModelRuntime = 'native' | 'wasm'

/** What held a model while it ran; nothing that the machine did not grant. */
export interface Confinement {
  readonly runtime: ModelRuntime
  /** Of ONNX Runtime. */
  readonly version: string
  /** Kinds of Linux namespaces of its own, such as `network`; none where the kernel gives none. */
  readonly namespaces: readonly string[]
  /** `own_view`: it saw the runtime and the system's libraries, read-only. `permissions`: Node kept it from all else. */
  readonly files: 'own_view' | 'permissions'
  readonly memoryBytes: number
  /** Time on processors; null where the system keeps no such limit. */
  readonly cpuSeconds: number | null
  readonly wallSeconds: number
}

/** A model loaded into a confined process. */
export interface ModelSession {
  readonly confinement: Confinement
  readonly inputs: readonly ModelValue[]
  readonly outputs: readonly ModelValue[]
  /**
   * Runs one batch and returns the outputs named.
   * @throws `model-failed` when the process dies, runs out of time or memory, or the model refuses the batch
   */
  run(feeds: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]>
  /** Ends the process. Safe to repeat. */
  close(): Promise<void>
}

/** What to load and how far it may go. */
export interface LoadModelRequest {
  /** Name for messages; the file itself is never read again. */
  readonly name: string
  readonly bytes: Bytes
  /** Digest of what the caller checked and announced; the process refuses any other bytes. */
  readonly sha256: HexDigest
  readonly runtime: ModelRuntime
  readonly memoryBytes: number
  /** Wall-clock limit for loading plus all runs together. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** Executes models away from this process. */
export interface ModelRunner {
  /** @throws `model-malformed` when the runtime cannot load it; `model-changed`; `model-failed`; `interrupted` */
  load(request: LoadModelRequest): Promise<ModelSession>
}
