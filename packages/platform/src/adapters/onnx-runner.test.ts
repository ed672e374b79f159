import { existsSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { sha256Hex } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { logisticInts } from '../artifacts/onnx-models.fixture.ts'
import { addOne, endless, greedy } from '../artifacts/onnx.fixture.ts'
import type { LoadModelRequest, Tensor } from '../assess/index.ts'
import { onnxRunner } from './onnx-runner.ts'

const runner = onnxRunner({ threads: 1 })
const isLinux = process.platform === 'linux'

const load = (bytes: Uint8Array<ArrayBuffer>, changes: Partial<LoadModelRequest> = {}) =>
  runner.load({
    name: 'model.onnx',
    bytes,
    sha256: sha256Hex(bytes),
    runtime: 'native',
    memoryBytes: 512 * 2 ** 20,
    timeoutMs: 60_000,
    ...changes,
  })

const floats = (...data: number[]): Tensor => ({
  name: 'X',
  shape: [data.length, 1],
  values: { type: 'float32', data: Float32Array.from(data) },
})
const size = (elements: bigint): Tensor => ({
  name: 'X',
  shape: [1],
  values: { type: 'int64', data: BigInt64Array.of(elements) },
})

/** The living processes that run our child, by the children list of this one, or of another. */
function children(of: string | number = process.pid): string[] {
  const list = `/proc/${of}/task/${of}/children`
  return existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean) : []
}

describe('runs', () => {
  test('batch after batch, and answers in the order of the questions', async () => {
    const session = await load(addOne())
    expect(session.inputs).toEqual([{ name: 'X', type: 'float32', shape: [-1, 1] }])
    expect(session.outputs).toEqual([{ name: 'Y', type: 'float32', shape: [-1, 1] }])
    const runs = Array.from({ length: 20 }, (_, i) => session.run([floats(i, i + 0.5)], ['Y']))
    for (const [i, [output]] of (await Promise.all(runs)).entries())
      expect(output).toEqual({
        name: 'Y',
        shape: [2, 1],
        values: { type: 'float32', data: Float32Array.of(i + 1, i + 1.5) },
      })
    await session.close()
    await session.close()
    await expect(session.run([floats(1)], ['Y'])).rejects.toMatchObject({ code: 'model-failed' })
  })

  test('goes on after a batch that the model refuses', async () => {
    const session = await load(logisticInts.model)
    await expect(session.run([floats(1)], ['label'])).rejects.toThrow(
      /model.onnx: the model failed on the data: .*dimension/i,
    )
    const three: Tensor = { ...floats(1, 2, 3), shape: [1, 3] }
    expect((await session.run([three], ['label']))[0]?.values.data).toEqual(BigInt64Array.of(1n))
    await session.close()
  })
})

describe('refuses', () => {
  test('bytes other than those announced', async () => {
    await expect(load(addOne(), { sha256: sha256Hex(endless()) })).rejects.toMatchObject({
      code: 'model-changed',
    })
  })

  test('a truncated model, and text', async () => {
    const whole = logisticInts.model
    for (const bytes of [
      whole.slice(0, 0),
      whole.slice(0, 50),
      whole.slice(0, 300),
      new TextEncoder().encode('text'),
    ])
      await expect(load(Uint8Array.from(bytes))).rejects.toMatchObject({ code: 'model-malformed' })
  })
})

describe('ends', () => {
  test('a model that never does, when its time is up', async () => {
    const session = await load(endless(), { timeoutMs: 1500 })
    await expect(session.run([floats(1)], ['Y'])).rejects.toMatchObject({
      code: 'model-failed',
      message: expect.stringMatching(
        /longer than its 1.5 seconds; raise `model.timeout_seconds`/,
      ) as unknown,
    })
    await session.close()
    expect(children()).toEqual([])
  })

  test.skipIf(!isLinux)('a model that wants more memory than it may have', async () => {
    const session = await load(greedy())
    const [output] = await session.run([size(1000n)], ['Y'])
    expect(output?.shape).toEqual([1000])
    await expect(session.run([size(10n ** 10n)], ['Y'])).rejects.toThrow(
      /model.onnx: the model was stopped: it ran out of its 512 MiB of memory: raise/,
    )
    // 1.6 GiB fit neither the model's 512 MiB nor what the process itself leaves over.
    await expect(session.run([size(400n * 2n ** 20n)], ['Y'])).rejects.toMatchObject({
      code: 'model-failed',
    })
    await session.close()
  })

  test.skipIf(!isLinux)('with the process, when somebody kills it', async () => {
    const before = children()
    const session = await load(endless())
    const [pid] = children().filter((child) => !before.includes(child))
    const running = session.run([floats(1)], ['Y'])
    process.kill(Number(pid), 'SIGKILL')
    await expect(running).rejects.toThrow(/ended unexpectedly \(SIGKILL\).*raise `model.memory_mb`/)
    await session.close()
  })

  test('at once when aborted, while loading and while running', async () => {
    const abort = new AbortController()
    const session = await load(endless(), { signal: abort.signal })
    const running = session.run([floats(1)], ['Y'])
    const loading = load(addOne(), { signal: abort.signal })
    abort.abort()
    await expect(running).rejects.toMatchObject({ code: 'interrupted' })
    await expect(loading).rejects.toMatchObject({ code: 'interrupted' })
    await expect(load(addOne(), { signal: abort.signal })).rejects.toMatchObject({
      code: 'interrupted',
    })
    await session.close()
    expect(children()).toEqual([])
  })
})

test.skipIf(!isLinux)('the process has no environment and may read nothing of ours', async () => {
  const before = children()
  const session = await load(addOne())
  const [outer = ''] = children().filter((child) => !before.includes(child))
  // Where it has namespaces, `unshare` stands between.
  const [pid = outer] = children(outer)
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
  const allowed = /^(NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE|PWD|OLDPWD|SHLVL|_)=/
  expect(environment.filter((line) => !allowed.test(line))).toEqual([])
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  expect(command).toContain('--permission')
  expect(
    command.filter((argument) => /^--allow-(fs-write|child|worker|net|wasi)/.test(argument)),
  ).toEqual([])
  const limits = readFileSync(`/proc/${pid}/limits`, 'utf8')
  expect(limits).toMatch(new RegExp(`Max address space +${(512 + 1792) * 2 ** 20} `))
  expect(limits).toMatch(/Max core file size +0 /)
  await session.close()
  await expect.poll(() => existsSync(`/proc/${pid}/cmdline`), { timeout: 5_000 }).toBe(false)
})
