// `node scripts/compile.mjs [FOLDER]`: the program as a few files of JavaScript, which start in half the time that its several
// hundred sources take. Written beside and then moved, so that nothing ever starts half of it. Called by the set-up.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { listOf } from '../packages/platform/bin/compiled.mjs'
import { bundleVerifierProgram } from './verifier-program.mjs'

const platform = join(import.meta.dirname, '../packages/platform')
const folder = resolve(process.argv[2] ?? join(platform, 'compiled'))
const source = (name) => join(platform, `src/${name}.ts`)

/** Own code, and the packages that every command needs; the others stay what they are, loaded when they are asked for. */
const isCompiled = (id) => /^(?:[./]|@proofhouse\/|@noble\/|fflate)/.test(id)

// What threads and processes are started with keeps its name.
const programs = [
  {
    main: source('main'),
    'file-digest-worker': source('adapters/file-digest-worker'),
    'leaf-hash-worker': source('adapters/leaf-hash-worker'),
    'preparing-worker': source('adapters/preparing-worker'),
  },
  // By itself, for it may read no other file.
  { 'onnx-child': source('adapters/onnx-child') },
]
const fresh = `${folder}.${process.pid}`

/** Compiles; returns the sources. */
async function compile(input) {
  const external = (id) => !isCompiled(id)
  const bundle = await rolldown({ input, platform: 'node', external })
  const { output } = await bundle.write({
    dir: fresh,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
  return modules.filter((id) => isAbsolute(id))
}

try {
  const verifier = await bundleVerifierProgram()
  const sources = [...(await Promise.all(programs.map(compile))).flat(), ...verifier.sources]
  writeFileSync(join(fresh, 'verifier-program.js'), verifier.code)
  const manifests = [platform, join(platform, '../evidence')].map((at) => join(at, 'package.json'))
  const scripts = [import.meta.filename, join(import.meta.dirname, 'verifier-program.mjs')]
  writeFileSync(
    join(fresh, 'sources.txt'),
    listOf([...new Set([...sources, ...manifests, ...scripts])]),
  )
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(dirname(folder), { recursive: true })
  renameSync(fresh, folder)
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
