import { describe, expect, test } from 'vitest'
import * as exported from '../../onnx-models.fixture.ts'
import { addOne, endless, int, node, part } from '../../onnx.fixture.ts'
import { rulesOf, scanBytes, survivesDamage } from '../scan-bytes.fixture.ts'

const entry = (key: string, text: string) => part(13, [part(1, key), part(2, text)])
/** A model with a tensor whose data lie elsewhere. */
const stored = (...entries: Uint8Array<ArrayBuffer>[]) =>
  addOne([part(5, [int(1, 1), int(2, 1), part(8, 'w'), ...entries, int(14, 1)])])
const at = (location: string) => stored(entry('location', location))
const operator = (name: string, domain: string) =>
  part(1, node(name, ['X'], ['Z'], [part(7, domain)]))
const imported = (domain: string) => part(8, [part(1, domain), int(2, 1)])
const ownFunction = part(25, [
  part(1, 'Twice'),
  part(10, 'mine'),
  part(7, node('Add', ['a', 'a'], ['b'])),
])

describe('clean', () => {
  test.each([
    ['boosted trees', exported.boostedInts.model],
    ['a pipeline', exported.mixedColumns.model],
    ['a loop', endless()],
    ['weights beside the model', at('model.onnx_data')],
    ['weights in a folder below', at('weights/a..b.bin')],
    [
      'operators of the runtime',
      addOne([operator('FusedMatMul', 'com.microsoft')], [imported('com.microsoft')]),
    ],
    ['a function of its own', addOne([operator('Twice', 'mine')], [imported('mine'), ownFunction])],
  ])('%s', async (_, bytes) => {
    expect(await scanBytes(bytes)).toMatchObject({ format: 'onnx', verdict: 'clean', findings: [] })
  })
})

describe('weights from elsewhere', () => {
  test.each([
    ['a folder above', at('../../etc/passwd')],
    ['a folder above by a detour', at('a/../../secret')],
    ['a folder above behind a long name', at(`${'a/'.repeat(300)}../x`)],
    ['an absolute path', at('/etc/passwd')],
    ['a drive', at('C:\\x')],
    ['a share', at('\\\\host\\x')],
    ['an address', at('http://169.254.169.254/')],
    ['memory', stored(entry('location', '*/_ORT_MEM_ADDR_/*'), entry('offset', '4096'))],
    ['two places', stored(entry('location', 'a.bin'), entry('location', '../x'))],
    ['an unknown key', stored(entry('location', 'a.bin'), entry('__class__', 'x'))],
    [
      'behind more keys than any tensor has',
      stored(
        ...Array.from({ length: 1500 }, () => entry('offset', '1')),
        entry('location', '../x'),
      ),
    ],
    [
      'one of many',
      addOne([
        ...Array.from({ length: 50 }, () =>
          part(5, [int(1, 1), int(2, 1), entry('location', 'a.bin'), int(14, 1)]),
        ),
        part(5, [int(1, 1), int(2, 1), entry('location', '../x'), int(14, 1)]),
      ]),
    ],
  ])('%s', async (_, bytes) => {
    const scanned = await scanBytes(bytes)
    expect(rulesOf(scanned)).toEqual(['onnx-external-escape'])
    expect(scanned.verdict).toBe('malicious')
    expect(scanned.findings[0]?.ids).toContain('CVE-2022-25882')
  })
})

test.each([
  [
    'an operator of nobody',
    addOne([operator('Run', 'evil')], [imported('evil')]),
    'onnx-custom-operator',
  ],
  [
    'an imported domain that nothing uses',
    addOne([], [imported('ai.onnx.contrib')]),
    'onnx-custom-operator',
  ],
  [
    'a function beside an operator of nobody',
    addOne([operator('Twice', 'mine'), operator('Run', 'mine')], [imported('mine'), ownFunction]),
    'onnx-custom-operator',
  ],
  ['an impossible tensor', addOne([part(5, [int(1, 2 ** 40), int(2, 1)])]), 'onnx-impossible-size'],
  ['two graphs', addOne([], [part(7, [])]), 'onnx-repeated-field'],
])('%s is suspicious', async (_, bytes, rule) => {
  const scanned = await scanBytes(bytes)
  expect(rulesOf(scanned)).toEqual([rule])
  expect(scanned.verdict).toBe('suspicious')
})

test.each([
  ['a field of no model', addOne([part(99, 'x')])],
  ['training', addOne([], [part(20, [])])],
  ['operators that are not imported', addOne([operator('Normalizer', 'ai.onnx.ml')])],
])('%s is not clean', async (_, bytes) => {
  const scanned = await scanBytes(bytes)
  expect(rulesOf(scanned)).toEqual(['onnx-malformed'])
  expect(scanned.verdict).toBe('incomplete')
})

test('a tensor by itself is no model', async () => {
  const tensor = Uint8Array.from([...int(1, 1), ...int(2, 1), ...part(8, 'w'), ...part(9, 'abcd')])
  expect((await scanBytes(tensor)).format).toBe('unknown')
})

test('what is cut off is not clean, and damage never makes the scan fail', async () => {
  const { model } = exported.logisticInts
  expect((await scanBytes(model.slice(0, -3))).verdict).toBe('incomplete')
  await survivesDamage(addOne(), 2)
})

// Each would take minutes if every operator were compared with every other.
describe('large files are read in one go', () => {
  const many = <Made>(make: (index: number) => Made) =>
    Array.from({ length: 40_000 }, (_, i) => make(i))

  test('with functions of their own that are all used', async () => {
    const functions = many((i) => part(25, [part(1, `f${i}`), part(10, 'mine')]))
    const used = many((i) => part(1, [part(4, `f${i}`), part(7, 'mine')]))
    const scanned = await scanBytes(addOne(used, [imported('mine'), ...functions]))
    expect(rulesOf(scanned)).toEqual([])
  })

  test('with operators of as many domains', async () => {
    const used = many((i) => part(1, [part(4, 'f'), part(7, `d${i}`)]))
    const scanned = await scanBytes(
      addOne(
        used,
        many((i) => imported(`e${i}`)),
      ),
    )
    expect(scanned.verdict).toBe('suspicious')
  })
})
