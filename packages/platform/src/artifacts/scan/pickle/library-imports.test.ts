// What single libraries write is clean, and the same imports used in any other way are not.

import { concatBytes } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import {
  build,
  bytes,
  dict,
  global,
  int,
  list,
  newObject,
  none,
  op,
  type Part,
  pickle,
  reduce,
  text,
  tuple,
} from './pickle-bytes.fixture.ts'

const getattr = global('builtins', 'getattr')
const zone = global('zoneinfo', 'ZoneInfo')
const called = (callee: Part, ...args: Part[]) => reduce(callee, ...args)
const zoneOf = (key: string) => called(called(getattr, zone, text('_unpickle')), text(key), int(1))

/** A numpy array as pickles have it, of numbers of eight bytes. */
function array(type: 'f8' | 'i8', shape: readonly number[], values: readonly (number | bigint)[]) {
  const view = new DataView(new ArrayBuffer(values.length * 8))
  for (const [at, value] of values.entries())
    if (type === 'i8') view.setBigInt64(at * 8, BigInt(value), true)
    else view.setFloat64(at * 8, Number(value), true)
  return arrayOfBytes(type, shape, new Uint8Array(view.buffer))
}

function arrayOfBytes(type: string, shape: readonly number[], elements: Part) {
  const size = type === 'S1' ? op(0x4a, 1, 0, 0, 0) : op(0x4a, 255, 255, 255, 255)
  const dtype = build(
    reduce(global('numpy', 'dtype'), text(type), int(0), int(1)),
    tuple(int(3), text(type === 'S1' ? '|' : '<'), none, none, none, size, size, int(0)),
  )
  const empty = reduce(
    global('numpy.core.multiarray', '_reconstruct'),
    global('numpy', 'ndarray'),
    tuple(int(0)),
    bytes(op(98)),
  )
  return build(empty, tuple(int(1), tuple(...shape.map(int)), dtype, int(0), bytes(elements)))
}

/** A tree of three points on a line: a root and two leaves. */
function tree({ less = 1, greater = 2, rows = 3, axis = 0, index = 2, last = 3 } = {}) {
  const nodes = new DataView(new ArrayBuffer(3 * 72))
  const node = (at: number, fields: Readonly<Record<number, number>>) => {
    for (const [field, value] of Object.entries(fields))
      nodes.setBigInt64(at * 72 + Number(field), BigInt(value), true)
  }
  node(0, { 0: axis, 8: 3, 24: 0, 32: last, 56: less, 64: greater })
  node(1, { 0: -1, 8: 1, 24: 0, 32: 1 })
  node(2, { 0: -1, 8: 2, 24: 1, 32: 3 })
  return build(
    newObject(global('scipy.spatial._ckdtree', 'cKDTree')),
    tuple(
      arrayOfBytes('S1', [216], new Uint8Array(nodes.buffer)),
      array('f8', [3, 1], [1, 2, 3]),
      int(rows),
      int(1),
      int(16),
      array('f8', [1], [3]),
      array('f8', [1], [1]),
      array('i8', [3], [0, 1, index]),
      none,
      none,
    ),
  )
}

const packed = (name: string) =>
  build(newObject(global('torch', 'ScriptObject')), tuple(tuple(int(1)), text(name)))

const modelData = (formula: string) =>
  build(
    newObject(global('statsmodels.base.data', 'PandasData')),
    dict(
      text('formula'),
      text(formula),
      text('frame'),
      newObject(global('pandas', 'DataFrame')),
      text('restore_design_info'),
      op(0x88),
    ),
  )

const interpolation = called(
  getattr,
  global('scipy.interpolate._interpolate', 'interp1d'),
  text('_call_linear'),
)
const sparse = (state: Part) => build(newObject(global('pandas.arrays', 'SparseArray')), state)

describe('clean', () => {
  test.each([
    ['a time zone', zoneOf('America/Argentina/Buenos_Aires')],
    ['a time zone beyond Greenwich', zoneOf('Etc/GMT+5')],
    ['the function of an interpolation', list(interpolation)],
    ['a k-d tree', tree()],
    ['a sparse array', sparse(dict(text('_dtype'), int(1)))],
    ['a packed layer', packed('__torch__.torch.classes.quantized.LinearPackedParamsBase')],
    ['a formula of columns', modelData('y ~ age + income:region - 1')],
    ['counted words', called(global('nltk.probability', 'FreqDist'), dict(text('a'), int(1)))],
    ['a tagger', newObject(global('nltk.tag.sequential', 'UnigramTagger'))],
    ['a dataset', newObject(global('torch.utils.data.dataset', 'TensorDataset'))],
    ['a layer', newObject(global('torch.ao.nn.quantized.dynamic.modules.linear', 'Linear'))],
    ['a fit', newObject(global('statsmodels.regression.linear_model', 'RegressionResultsWrapper'))],
  ])('%s', async (_, part) => {
    expect(await scanned(pickle(part))).toMatchObject({ verdict: 'clean', findings: [] })
  })
})

describe('not clean', () => {
  test.each([
    ['a path for a time zone', 'pickle-unexpected-arguments', zoneOf('../../etc/passwd')],
    ['a package for a time zone', 'pickle-unexpected-arguments', zoneOf('os.path/x')],
    [
      'another name of the same class',
      'pickle-attribute-access',
      called(getattr, zone, text('no_cache')),
    ],
    [
      'a name of another class',
      'pickle-attribute-access',
      called(getattr, global('builtins', 'dict'), text('_unpickle')),
    ],
    [
      'a name of something made',
      'pickle-attribute-access',
      called(getattr, newObject(zone, text('UTC')), text('_unpickle')),
    ],
    ['getattr in a list', 'pickle-attribute-access', list(getattr)],
    ['getattr in a tuple', 'pickle-attribute-access', tuple(int(1), getattr)],
    [
      'getattr in a long tuple',
      'pickle-attribute-access',
      tuple(...Array.from({ length: 40 }, () => int(1)), getattr),
    ],
    ['getattr in a dict', 'pickle-attribute-access', dict(text('f'), getattr)],
    ['getattr by itself', 'pickle-attribute-access', getattr],
    ['an interpolation called', 'pickle-unexpected-arguments', called(interpolation, int(1))],
    ['a child beyond the tree', 'pickle-unexpected-build', tree({ less: 7 })],
    ['a child before the tree', 'pickle-unexpected-build', tree({ greater: -1 })],
    ['one child of two', 'pickle-unexpected-build', tree({ less: 2 })],
    ['a root in itself', 'pickle-unexpected-build', tree({ less: 0 })],
    ['a tree of more points than it has', 'pickle-unexpected-build', tree({ rows: 4 })],
    ['a tree split along no axis', 'pickle-unexpected-build', tree({ axis: 1 })],
    ['a tree with an index beyond it', 'pickle-unexpected-build', tree({ index: 3 })],
    ['a node with points beyond it', 'pickle-unexpected-build', tree({ last: 4 })],
    ['a state for another setter', 'pickle-unexpected-build', sparse(tuple(int(1), int(2)))],
    ['a class of no layer', 'pickle-unexpected-build', packed('__torch__.torch.classes.x.Y')],
    [
      'a tagger that runs a program',
      'pickle-unknown-import',
      newObject(global('nltk.tag.stanford', 'StanfordTagger')),
    ],
    ['a formula that calls', 'pickle-unexpected-build', modelData('y ~ exec("x")')],
    ['a formula that reaches', 'pickle-unexpected-build', modelData('y ~ a.b')],
    ['a formula of Python', 'pickle-unexpected-build', modelData('y ~ __import__')],
  ])('%s', async (_, rule, part) => {
    expect(await rulesOf(pickle(part))).toContain(rule)
  })

  test('a tree whose bytes are cut', async () => {
    const whole = pickle(tree())
    expect((await scanned(concatBytes(whole.slice(0, 300)))).verdict).not.toBe('clean')
  })
})
