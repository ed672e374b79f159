// What a model's process is started with: which runtime it loads, the files that takes, and how much memory and time it gets.

import { existsSync } from 'node:fs'
import { createRequire, findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LoadModelRequest, ModelRuntime } from '../assess/index.ts'
import type { ConfinedStart } from './confined-process.ts'

/** Address space that Node and ONNX Runtime take before a model does, measured; the budget comes on top. */
const baseAddressSpaceBytes = { native: 1792 * 2 ** 20, wasm: 2304 * 2 ** 20 } as const
/** WebAssembly reserves what its memory may grow to, and that twice while it starts. */
const reservations = { native: 1, wasm: 2 } as const
const wasmPageBytes = 65_536
/** All that WebAssembly of 32 bits can have. */
const wasmMemoryMaxBytes = 2 ** 32
/** What Node's own type stripping needs of it. */
const strippingPages = 1024
/** Time on processors that starting may take, on top of the model's. */
const startCpuSeconds = 5
const packageOf = {
  native: 'onnxruntime-node',
  wasm: 'onnxruntime-web',
} as const satisfies Record<ModelRuntime, string>

/** What is asked for, with no more memory than its runtime can have: nobody is told of a limit that another keeps. */
export const withinRuntime = (request: LoadModelRequest): LoadModelRequest =>
  request.runtime === 'native' || request.memoryBytes <= wasmMemoryMaxBytes
    ? request
    : { ...request, memoryBytes: wasmMemoryMaxBytes }

/** The memory that a model ran out of, and where more is to be had. */
export function memoryText({ runtime, memoryBytes }: LoadModelRequest): string {
  const what = `its ${Math.round(memoryBytes / 2 ** 20)} MiB of memory`
  return runtime === 'wasm' && memoryBytes === wasmMemoryMaxBytes
    ? `${what}, all that WebAssembly has: say \`model.runtime: native\` if you trust whoever made it`
    : `${what}: raise \`model.memory_mb\``
}

/** How to start a child for a model, with so many threads for it. */
export function onnxStart(
  { runtime, memoryBytes, timeoutMs }: LoadModelRequest,
  threads: number,
): ConfinedStart {
  const beside = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url))
  // Compiled, it is one file.
  const own = import.meta.filename.endsWith('.ts')
    ? ['onnx-child.ts', 'onnx-zip-map.ts']
    : ['onnx-child.js']
  const [entry = '', ...imported] = own.map(beside)
  const { resolve } = createRequire(import.meta.url)
  const name = packageOf[runtime]
  const folder = dirname(dirname(resolve(name)))
  const common = dirname(dirname(createRequire(join(folder, 'x')).resolve('onnxruntime-common')))
  const manifest = findPackageJSON('..', import.meta.url) ?? entry
  // Node's loader looks through every folder of packages above the child, links included.
  const packages = (resolve.paths(name) ?? []).filter((path) => existsSync(path))
  const pages = Math.ceil(memoryBytes / wasmPageBytes)
  return {
    entry,
    args: [runtime],
    needs: [entry, ...imported, manifest, folder, dirname(common)],
    mayRead: packages,
    flags: [
      // WebAssembly, of which type stripping is some too, otherwise reserves as much address space as it can get.
      '--disable-wasm-trap-handler',
      `--wasm-max-mem-pages=${runtime === 'wasm' ? pages : strippingPages}`,
      ...(runtime === 'native' ? ['--allow-addons'] : []),
    ],
    addressSpaceBytes: reservations[runtime] * memoryBytes + baseAddressSpaceBytes[runtime],
    cpuSeconds: Math.ceil((timeoutMs / 1000) * threads) + startCpuSeconds,
  }
}
