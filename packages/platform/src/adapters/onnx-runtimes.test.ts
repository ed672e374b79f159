// The two runtimes beside each other: models as real libraries wrote them give the same answers as native code and as
// WebAssembly, and what WebAssembly lacks or may not have is said so that a user knows what to do.

import { sha256Hex } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { logisticZipMap } from '../artifacts/onnx-models.fixture.ts'
import { addOne, greedy, model, node, part, value } from '../artifacts/onnx.fixture.ts'
import type { ModelRuntime, Tensor } from '../assess/index.ts'
import { bytesOf } from './known-models.fixture.ts'
import { onnxRunner } from './onnx-runner.ts'
import { memoryText, onnxStart, withinRuntime } from './onnx-start.ts'

const runner = onnxRunner({ threads: 1 })
const rows = 40

const requestOf = (runtime: ModelRuntime, bytes: Uint8Array<ArrayBuffer>) => ({
  name: 'model.onnx',
  bytes,
  sha256: sha256Hex(bytes),
  runtime,
  memoryBytes: 512 * 2 ** 20,
  timeoutMs: 60_000,
})
const load = (runtime: ModelRuntime, bytes: Uint8Array<ArrayBuffer>) =>
  runner.load(requestOf(runtime, bytes))

const jobs = ['clerk', 'smith', 'nurse', 'priest']

/** Rows for any input, an unknown category and an empty cell among them. */
function feedOf({
  name,
  type,
  shape,
}: {
  name: string
  type: string
  shape: readonly number[] | null
}): Tensor {
  const columns = shape?.[1] ?? 1
  const numbers = Array.from({ length: rows * columns }, (_, n) => ((n * 7919) % 1000) / 250 - 2)
  if (type === 'string') {
    const data = numbers.map((_, n) => jobs[n % jobs.length] ?? '')
    return { name, shape: [rows, columns], values: { type, data } }
  }
  const data = Float32Array.from(numbers)
  if (name === 'age') data[3] = Number.NaN
  return { name, shape: [rows, columns], values: { type: 'float32', data } }
}

async function answersOf(runtime: ModelRuntime, bytes: Uint8Array<ArrayBuffer>) {
  const session = await load(runtime, bytes)
  try {
    const { inputs, outputs } = session
    const found = await session.run(
      inputs.map(feedOf),
      outputs.map(({ name }) => name),
    )
    return { inputs, outputs, found }
  } finally {
    await session.close()
  }
}

test.each([
  ['filled forest', bytesOf('filled forest')],
  ['a classifier with maps for probabilities', logisticZipMap.model],
])('%s: the same answers from both', async (_, bytes) => {
  const native = await answersOf('native', bytes)
  const wasm = await answersOf('wasm', bytes)
  expect(wasm.inputs).toEqual(native.inputs)
  expect(wasm.outputs).toEqual(native.outputs)
  for (const [n, { shape, values }] of native.found.entries()) {
    expect(wasm.found[n]).toMatchObject({ shape, values: { type: values.type } })
    if (values.type !== 'float32') expect(wasm.found[n]?.values.data).toEqual(values.data)
    else
      for (const [at, number] of values.data.entries())
        expect(wasm.found[n]?.values.data[at]).toBeCloseTo(number, 5)
  }
})

test('no native code is allowed in the process of WebAssembly', () => {
  const flagsOf = (runtime: ModelRuntime, gibibytes = 8) =>
    onnxStart(
      withinRuntime({
        ...requestOf(runtime, addOne()),
        memoryBytes: gibibytes * 2 ** 30,
        timeoutMs: 1_500,
      }),
      runtime === 'wasm' ? 1 : 2,
    )
  expect(flagsOf('native')).toMatchObject({ cpuSeconds: 8 })
  expect(flagsOf('native').flags).toContain('--allow-addons')
  expect(flagsOf('wasm')).toMatchObject({ args: ['wasm'], cpuSeconds: 7 })
  expect(flagsOf('wasm').flags).toEqual([
    '--disable-wasm-trap-handler',
    // All there is: 4 GiB.
    '--wasm-max-mem-pages=65536',
  ])
  expect(flagsOf('wasm', 0.5).flags).toContain('--wasm-max-mem-pages=8192')
  expect(flagsOf('wasm').needs.join()).not.toContain('onnxruntime-node')
})

test('an operator that it has not is said, with what to do', async () => {
  const bytes = model([
    part(1, node('Nonsense', ['X'], ['Y'])),
    part(2, 'g'),
    part(11, value('X', 'float', [-1, 1])),
    part(12, value('Y', 'float', [-1, 1])),
  ])
  await expect(load('wasm', bytes)).rejects.toMatchObject({
    code: 'model-malformed',
    message: expect.stringMatching(
      /ONNX Runtime in WebAssembly cannot load the model: .*Nonsense.*; export it again, or say `model.runtime: native`/,
    ) as unknown,
  })
})

test('memory in WebAssembly ends where it is said to end', async () => {
  const session = await load('wasm', greedy())
  const ask = (count: bigint): Tensor => ({
    name: 'X',
    shape: [1],
    values: { type: 'int64', data: BigInt64Array.of(count) },
  })
  const [small] = await session.run([ask(1000n)], ['Y'])
  expect(small?.shape).toEqual([1000])
  // 600 MiB of its 512.
  await expect(session.run([ask(150n * 2n ** 20n)], ['Y'])).rejects.toThrow(
    /it ran out of its 512 MiB of memory: raise `model.memory_mb`/,
  )
  await session.close()
})

test('WebAssembly asked for more than it can have says what it has, and where more is to be had', async () => {
  const request = { ...requestOf('wasm', addOne()), memoryBytes: 8 * 2 ** 30 }
  const session = await runner.load(request)
  await session.close()
  expect(session.confinement.memoryBytes).toBe(2 ** 32)
  expect(memoryText(withinRuntime(request))).toBe(
    'its 4096 MiB of memory, all that WebAssembly has: say `model.runtime: native` if you trust whoever made it',
  )
  expect(withinRuntime({ ...request, runtime: 'native' }).memoryBytes).toBe(request.memoryBytes)
})
