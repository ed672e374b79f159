// The process that a model runs in, with ONNX Runtime as native code or as WebAssembly. It may read installed packages and no
// other file, gets the model's bytes over the channel, refuses any whose digest is not the announced one, and ends when the
// channel does. Started by onnx-runner.ts only; everything it imports is on the list of files it may read.

import { createHash } from 'node:crypto'
import process from 'node:process'
import type { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node'
import type { ModelValue, Tensor, TensorData } from '../assess/index.ts'
import type { ChildMessage, RunnerMessage } from './onnx-messages.ts'
import { withoutZipMaps } from './onnx-zip-map.ts'

/** A free dimension: -1, which WebAssembly gives without its sign. */
const freeDimension = 2 ** 32 - 1

// Loaded before the child says that it is ready: only what was asked for, so that no native code comes near a model for WebAssembly.
const { InferenceSession: Session, Tensor: RuntimeTensor, env } = await importRuntime()
let session: InferenceSession | null = null

async function importRuntime() {
  if (process.argv[2] !== 'wasm') return import('onnxruntime-node')
  const web = await import('onnxruntime-web')
  // Its threads would be workers, which this process may not start.
  web.env.wasm.numThreads = 1
  return web
}

async function answerTo(message: RunnerMessage): Promise<ChildMessage> {
  if (message.ask === 'load') return load(message)
  if (session === null)
    return { answer: 'refused', code: 'model-failed', reason: 'nothing is loaded' }
  try {
    const feeds = Object.fromEntries(message.feeds.map((feed) => [feed.name, toOnnx(feed)]))
    const results = await session.run(feeds, [...message.outputs])
    const outputs = message.outputs.map((name) => fromOnnx(name, results[name]))
    return { answer: 'ran', outputs }
  } catch (error) {
    return { answer: 'refused', code: 'model-failed', reason: reasonOf(error) }
  }
}

async function load(message: RunnerMessage & { ask: 'load' }): Promise<ChildMessage> {
  const digest = createHash('sha256').update(message.bytes).digest('hex')
  if (digest !== message.sha256)
    return { answer: 'refused', code: 'model-changed', reason: `the digest is ${digest}` }
  try {
    session = await Session.create(withoutZipMaps(message.bytes), {
      intraOpNumThreads: message.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 4,
    })
  } catch (error) {
    return { answer: 'refused', code: 'model-malformed', reason: reasonOf(error) }
  }
  return {
    answer: 'loaded',
    inputs: session.inputMetadata.map(valueOf),
    outputs: session.outputMetadata.map(valueOf),
  }
}

function valueOf(value: InferenceSession.ValueMetadata): ModelValue {
  if (!value.isTensor) return { name: value.name, type: 'not a tensor', shape: null }
  const shape = value.shape.map((size) =>
    typeof size === 'number' && size !== freeDimension ? size : -1,
  )
  return { name: value.name, type: value.type, shape }
}

function toOnnx({ values, shape }: Tensor): OnnxTensor {
  return values.type === 'string'
    ? new RuntimeTensor('string', [...values.data], shape)
    : new RuntimeTensor(values.type, values.data, shape)
}

function fromOnnx(name: string, tensor: OnnxTensor | undefined): Tensor {
  if (tensor === undefined) throw new Error(`it gives no output \`${name}\``)
  return { name, shape: tensor.dims, values: valuesOf(name, tensor) }
}

function valuesOf(name: string, { type, data }: OnnxTensor): TensorData {
  if (type === 'float32' && data instanceof Float32Array) return { type, data }
  if (type === 'float64' && data instanceof Float64Array) return { type, data }
  if (type === 'int32' && data instanceof Int32Array) return { type, data }
  if (type === 'int64' && data instanceof BigInt64Array) return { type, data }
  if (type === 'bool' && data instanceof Uint8Array) return { type, data }
  if (type === 'string' && Array.isArray(data)) return { type, data }
  throw new Error(`the type ${type} of output \`${name}\` cannot be read`)
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.slice(0, 2_000)
}

async function answer(message: RunnerMessage): Promise<void> {
  const found = await answerTo(message)
  try {
    process.send?.(found)
  } catch (error) {
    // Too large to be sent.
    const refused: ChildMessage = {
      answer: 'refused',
      code: 'model-failed',
      reason: reasonOf(error),
    }
    process.send?.(refused)
  }
}

// One message at a time, in the order they came: answers carry no number to match them by.
let last: Promise<unknown> = Promise.resolve()
process.on('message', (message: RunnerMessage) => {
  last = last.then(() => answer(message))
})
process.on('disconnect', () => process.exit(0))
const ready: ChildMessage = { answer: 'ready', version: env.versions.common }
process.send?.(ready)
