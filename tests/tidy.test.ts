// The house rules that a machine can check. Each rule prints file, line and what it wants.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { errorRegistry } from '../packages/evidence/src/errors.ts'

const root = join(import.meta.dirname, '..')
const platform = 'packages/platform/src/'

/** Earlier layers must not import later ones; layers in one row must not import each other. */
const layers: readonly (readonly string[])[] = [
  ['nearest-name.ts', 'bundle-hash.ts'],
  ['keys', 'access', 'assess'],
  ['ledger'],
  ['artifacts', 'privacy'],
  ['registry'],
  ['decisions'],
  ['governance'],
  ['reports'],
  ['workflows'],
  ['http', 'cli'],
  ['adapters'],
  ['config.ts'],
  ['compose.ts'],
  ['main.ts', 'sdk.ts'],
]
/** Modules that touch the world: only adapters and the program's own edge may import them. */
const worldly =
  /^(node:(fs|child_process|worker_threads|net|tls|http|https|http2|dgram|dns|os|process|sqlite|cluster|v8|vm|readline)(\/.*)?|@aws-sdk\/.*|@duckdb\/.*|@sigstore\/.*|onnxruntime-.*|pg)$/
const edge =
  /^packages\/(platform\/src\/(adapters\/|(config|compose|main|sdk)\.ts$)|sdk\/src\/adapters\/)/

interface Import {
  readonly from: string
  readonly to: string
  readonly line: number
  readonly typeOnly: boolean
}

const lineOf = (source: string, offset: number) => source.slice(0, offset).split('\n').length

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8')
  const parsed = parseSync(file, source)
  expect(parsed.errors, file).toEqual([])
  return [
    ...parsed.module.staticImports.map((i) => ({
      from: file,
      to: i.moduleRequest.value,
      line: lineOf(source, i.start),
      typeOnly: i.entries.length > 0 && i.entries.every((e) => e.isType),
    })),
    ...parsed.module.staticExports
      .flatMap((e) => e.entries)
      .flatMap((e) =>
        e.moduleRequest === null
          ? []
          : [
              {
                from: file,
                to: e.moduleRequest.value,
                line: lineOf(source, e.start),
                typeOnly: e.isType,
              },
            ],
      ),
    ...parsed.module.dynamicImports.map((d) => ({
      from: file,
      to: source.slice(d.moduleRequest.start + 1, d.moduleRequest.end - 1),
      line: lineOf(source, d.start),
      typeOnly: false,
    })),
  ]
}

const files = globSync('{packages/*/src,tests,scripts,bench}/**/*.{ts,mjs}', {
  cwd: root,
  exclude: ['**/node_modules/**', '**/*.d.ts', '**/*.d.mts'],
}).toSorted()
const sourceFiles = files.filter((f) => /^packages\/[^/]+\/src\//.test(f))
const productFiles = sourceFiles.filter(
  (f) => !f.endsWith('.test.ts') && !f.endsWith('.fixture.ts'),
)
const imports = files.flatMap(importsOf)
const isProduct = new Set(productFiles)
const at = (i: Import) => `${i.from}:${i.line} imports ${i.to}`
const target = (i: Import) => relative('.', join(dirname(i.from), i.to))
const layerOf = (path: string) =>
  layers.findIndex((row) =>
    row.some((name) => path === platform + name || path.startsWith(`${platform}${name}/`)),
  )
const folder = (path: string) => path.slice(platform.length).split('/')[0]
const relativeImports = imports.filter((i) => i.to.startsWith('.'))

test('the scan sees the repository', () => {
  expect(productFiles.length).toBeGreaterThan(20)
  expect(relativeImports.length).toBeGreaterThan(20)
})

test('relative imports name the real file', () => {
  expect(relativeImports.filter((i) => !/\.(ts|tsx|css|json|mjs)$/.test(i.to)).map(at)).toEqual([])
})

test('platform layers import only to the left', () => {
  const bad = relativeImports
    .filter((i) => isProduct.has(i.from) && i.from.startsWith(platform) && !i.to.endsWith('.json'))
    .filter((i) => {
      const [a, b] = [layerOf(i.from), layerOf(target(i))]
      // Every platform file must lie in a known layer, so that a new folder is placed on purpose.
      return a < 0 || b < 0 || (folder(i.from) !== folder(target(i)) && b >= a)
    })
  expect(bad.map(at)).toEqual([])
})

test('a domain is entered through its index, which its own files never import', () => {
  const bad = relativeImports.filter((i) => {
    if (!isProduct.has(i.from) || !i.from.startsWith(platform)) return false
    const to = target(i)
    const crosses = folder(i.from) !== folder(to)
    if (!crosses) return to.endsWith('/index.ts')
    const toDomain =
      !/^(adapters|cli)$/.test(folder(to) ?? '') && to.slice(platform.length).includes('/')
    return toDomain && !to.endsWith('/index.ts')
  })
  expect(bad.map(at)).toEqual([])
})

test('only compose builds adapters', () => {
  const bad = relativeImports.filter(
    (i) =>
      isProduct.has(i.from) &&
      target(i).startsWith(`${platform}adapters/`) &&
      !i.from.startsWith(`${platform}adapters/`) &&
      i.from !== `${platform}compose.ts`,
  )
  expect(bad.map(at)).toEqual([])
})

test('evidence imports nothing of the host', () => {
  const allowed = /^(\.|@noble\/hashes\/|fflate$)/
  const bad = imports.filter(
    (i) =>
      i.from.startsWith('packages/evidence/src/') && isProduct.has(i.from) && !allowed.test(i.to),
  )
  expect(bad.map(at)).toEqual([])
})

test('the client imports evidence and nothing of the platform', () => {
  const allowed = /^(\.|node:|@proofhouse\/evidence$)/
  const bad = imports.filter(
    (i) => i.from.startsWith('packages/sdk/src/') && isProduct.has(i.from) && !allowed.test(i.to),
  )
  expect(bad.map(at)).toEqual([])
})

test('I/O and native modules stay at the edge', () => {
  const bad = imports.filter(
    (i) => isProduct.has(i.from) && worldly.test(i.to) && !edge.test(i.from),
  )
  expect(bad.map(at)).toEqual([])
})

test('no import cycles', () => {
  const graph = new Map<string, string[]>()
  for (const i of relativeImports) graph.set(i.from, [...(graph.get(i.from) ?? []), target(i)])
  const done = new Set<string>()
  const path: string[] = []
  const cycles: string[] = []
  const visit = (file: string): void => {
    const seen = path.indexOf(file)
    if (seen >= 0) {
      cycles.push([...path.slice(seen), file].join(' → '))
      return
    }
    if (done.has(file)) return
    path.push(file)
    for (const next of graph.get(file) ?? []) visit(next)
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) visit(file)
  expect(cycles).toEqual([])
})

test('no file or folder is named for nothing in particular', () => {
  const bad = /(^|[/-])(utils?|helpers?|common|misc|manager)([-./]|$)/
  expect(files.filter((f) => bad.test(f))).toEqual([])
  expect(files.filter((f) => !/^[a-z0-9./-]+$/.test(f))).toEqual([])
})

/** Larger than the rule, each for a reason. */
const sizeExceptions: Readonly<Record<string, string>> = {
  'packages/platform/src/ledger/sequencer.ts':
    'one state machine: commit, publication and close share state that nothing else may touch',
}
const fileLinesMax = 320
const lineColumnsMax = 120

test('files are one subject each, and lines fit', () => {
  const bad: string[] = []
  for (const file of files) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n')
    const limit = file.endsWith('.test.ts') ? 2 * fileLinesMax : fileLinesMax
    if (lines.length > limit && !(file in sizeExceptions))
      bad.push(`${file}: ${lines.length} lines`)
    lines.forEach((line, n) => {
      if (line.length > lineColumnsMax && !/[`'"/]/.test(line))
        bad.push(`${file}:${n + 1}: ${line.length} columns`)
    })
  }
  expect(bad).toEqual([])
  for (const file of Object.keys(sizeExceptions)) expect(files).toContain(file)
})

const functionLinesMax = 75

test('functions can be seen whole', () => {
  const bad: string[] = []
  for (const file of productFiles) {
    const source = readFileSync(join(root, file), 'utf8')
    const visit = (node: unknown): void => {
      if (Array.isArray(node)) {
        for (const child of node) visit(child)
        return
      }
      if (typeof node !== 'object' || node === null) return
      const { type, start, end } = node as { type?: string; start?: number; end?: number }
      if (/^(Arrow)?Function(Expression|Declaration)?/.test(type ?? '') && start !== undefined) {
        const lines = source.slice(start, end).split('\n').length
        if (lines > functionLinesMax)
          bad.push(`${file}:${lineOf(source, start)}: function of ${lines} lines`)
      }
      for (const child of Object.values(node)) visit(child)
    }
    visit(parseSync(file, source).program)
  }
  expect(bad).toEqual([])
})

test('every product file opens by saying what it is', () => {
  const bad = productFiles.filter(
    (f) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(readFileSync(join(root, f), 'utf8')),
  )
  expect(bad).toEqual([])
})

test('errors: registry, code and docs/errors.md agree', () => {
  const codes = Object.keys(errorRegistry)
  const docs = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  const documented = [...docs.matchAll(/^### `([a-z-]+)`$/gm)].map((m) => m[1])
  expect(new Set(documented)).toEqual(new Set(codes))
  const code = productFiles
    .filter((f) => !f.endsWith('evidence/src/errors.ts'))
    .map((f) => readFileSync(join(root, f), 'utf8'))
    .join('\n')
  expect(codes.filter((c) => !code.includes(`'${c}'`))).toEqual([])
})

test('nothing is left to do, and nothing is switched off', () => {
  const bad = files
    .filter((f) => f !== 'tests/tidy.test.ts' && f !== 'tests/no-browser.skip.ts')
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, n) =>
          /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.(only|todo)\b|@ts-(ignore|nocheck)/.test(
            line,
          )
            ? [`${file}:${n + 1}: ${line.trim()}`]
            : [],
        ),
    )
  expect(bad).toEqual([])
})
