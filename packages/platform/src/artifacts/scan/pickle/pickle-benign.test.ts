// What honest programs write is clean, and no bytes at all make the scanner throw, hang or call something clean unread.

import { concatBytes, utf8 } from '@proofhouse/evidence'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import {
  build,
  bytes,
  dict,
  global,
  int,
  list,
  minusOne,
  newObject,
  oldPickle,
  op,
  pickle,
  reduce,
  text,
  tuple,
} from './pickle-bytes.fixture.ts'

const dtype = (name: string, flags = 0) =>
  build(
    reduce(global('numpy', 'dtype'), text(name), int(0), int(1)),
    tuple(int(3), text('<'), op(0x4e), op(0x4e), op(0x4e), minusOne, minusOne, int(flags)),
  )
const wrapper = (kind: Uint8Array<ArrayBuffer>, count: number) =>
  build(
    newObject(global('joblib.numpy_pickle', 'NumpyArrayWrapper')),
    dict(
      text('subclass'),
      global('numpy', 'ndarray'),
      text('shape'),
      tuple(int(count)),
      text('order'),
      text('C'),
      text('dtype'),
      kind,
      text('allow_mmap'),
      int(1),
      text('numpy_array_alignment_bytes'),
      int(16),
    ),
  )

describe('clean', () => {
  test.each([
    ['numbers and texts', pickle(dict(text('a'), list(int(1), text('x'), op(0x4e), op(0x88))))],
    ['protocol 0', oldPickle(utf8("(dp0\nS'a'\np1\nI1\nsV\\u00e9\np2\nL5L\ns"))],
    ['several in one file', concatBytes(pickle(int(1)), pickle(int(2)), op(0, 0, 10))],
    [
      'a state in a model',
      pickle(
        build(
          newObject(global('sklearn.linear_model._logistic', 'LogisticRegression')),
          dict(text('C'), int(1), text('_sklearn_version'), text('1.5')),
        ),
      ),
    ],
    [
      'numpy of protocol 2',
      pickle(
        build(
          reduce(
            global('numpy.core.multiarray', '_reconstruct'),
            global('numpy', 'ndarray'),
            tuple(int(0)),
            reduce(global('_codecs', 'encode'), text('b'), text('latin1')),
          ),
          tuple(int(1), tuple(int(1)), dtype('f8'), int(0), bytes(new Uint8Array(8))),
        ),
      ),
    ],
    [
      'a source of random numbers',
      pickle(
        reduce(
          global('numpy.random._pickle', '__randomstate_ctor'),
          reduce(
            global('numpy.random._pickle', '__bit_generator_ctor'),
            global('numpy.random._mt19937', 'MT19937'),
          ),
        ),
      ),
    ],
    [
      "joblib's arrays in the stream",
      pickle(
        wrapper(dtype('f8'), 3),
        op(3, 0, 0, 0),
        new Uint8Array(24).fill(0x63),
        text('x'),
        op(0x86),
      ),
    ],
    [
      "joblib's arrays of objects",
      pickle(wrapper(dtype('O8', 63), 1), pickle(list(int(1))), text('x'), op(0x86)),
    ],
    [
      "numpy's generators",
      pickle(
        reduce(
          global('numpy.random._pickle', '__randomstate_ctor'),
          reduce(
            global('numpy.random._pickle', '__bit_generator_ctor'),
            global('numpy.random._mt19937', 'MT19937'),
          ),
          global('numpy.random._pickle', '__bit_generator_ctor'),
        ),
      ),
    ],
    ['tokens of a vocabulary', pickle(dict(text('__call__'), int(1), text('append'), int(2)))],
    [
      "a period's type",
      pickle(reduce(global('pandas.core.dtypes.dtypes', 'PeriodDtype'), text('M'))),
    ],
    [
      "SciPy's matrices of before 1.8",
      pickle(
        build(newObject(global('scipy.sparse.csr', 'csr_matrix')), dict(text('maxprint'), int(50))),
      ),
    ],
    ["Python 2's exceptions", oldPickle(utf8("cexceptions\nValueError\n(S'x'\ntR"))],
    [
      'words of ordinary data',
      pickle(
        build(
          newObject(global('argparse', 'Namespace')),
          dict(text('add'), int(1), text('append'), text('x')),
        ),
      ),
    ],
  ])('%s', async (_, file) => {
    expect(await scanned(file)).toMatchObject({ verdict: 'clean', format: 'pickle', findings: [] })
  })
})

test('a MessagePack map of weights is no pickle, though it begins with an instruction', async () => {
  const map = concatBytes(
    op(0x82, 0xa6),
    utf8('params'),
    op(0xc5, 0x13, 0x88),
    new Uint8Array(5000),
  )
  expect(await scanned(map)).toMatchObject({ format: 'unknown', verdict: 'incomplete' })
})

test('len of what the file spells out, and abstract classes as values, are clean; not more of them', async () => {
  const len = (value: Uint8Array<ArrayBuffer>) => pickle(reduce(global('builtins', 'len'), value))
  const iterable = global('collections.abc', 'Iterable')
  expect(await rulesOf(len(list(int(1))))).toEqual([])
  expect(await rulesOf(pickle(list(iterable)))).toEqual([])
  // An instance is asked for its length.
  expect(await rulesOf(len(newObject(global('argparse', 'Namespace'))))).toEqual([
    'pickle-unexpected-arguments',
  ])
  expect(await rulesOf(pickle(newObject(iterable)))).toEqual(['pickle-unexpected-arguments'])
  expect(await rulesOf(pickle(list(global('builtins', 'len'))))).toEqual([
    'pickle-function-as-value',
  ])
})

describe('shared values', () => {
  test('lists that hold each other, as nodes of a graph do', async () => {
    // Node 0 is still open while node 1 is written, and so on; the nodes behind it each holds once more.
    let graph = op(0x5d, 0x71, 39)
    for (let node = 38; node >= 0; node--)
      graph = concatBytes(
        op(0x5d, 0x71, node, 0x28),
        ...Array.from({ length: node }, (_, at) => op(0x68, at)),
        graph,
        ...Array.from({ length: 38 - node }, (_, at) => op(0x68, node + 2 + at)),
        op(0x65),
      )
    expect(await rulesOf(pickle(graph))).toEqual([])
  })

  test('a row that ten thousand rows share', async () => {
    const row = concatBytes(op(0x5d, 0x71, 0, 0x28), ...Array(999).fill(int(1)), op(0x65))
    const rows = Array.from({ length: 9999 }, () => op(0x68, 0))
    expect(await rulesOf(pickle(op(0x28), row, ...rows, op(0x6c)))).toEqual([])
  })
})

describe('hostile to joblib', () => {
  test('what lies behind an array of objects is read on', async () => {
    const inner = pickle(reduce(global('os', 'system'), text('id')))
    expect(await rulesOf(pickle(wrapper(dtype('O8', 63), 1), inner))).toContain(
      'pickle-dangerous-import',
    )
  })

  test('bytes of an array that are instructions to pickle.load', async () => {
    const payload = concatBytes(reduce(global('os', 'system'), text('id')), op(0x2e))
    // joblib takes the first byte for the length of a padding and skips the rest; pickle.load pops a value and goes on.
    const hidden = concatBytes(op(0x30), new Uint8Array(0x30).fill(0x4e), payload)
    const file = pickle(wrapper(dtype('u1'), payload.length), hidden)
    expect(await rulesOf(file)).toEqual(['pickle-dangerous-import'])
  })

  test('an array that does not say how large it is', async () => {
    expect(await rulesOf(pickle(wrapper(int(1), 1)))).toContain('pickle-malformed')
  })
})

describe('any bytes', () => {
  const anything = fc.uint8Array({ minLength: 0, maxLength: 300 })
  const codes = fc.constantFrom(
    0x28,
    0x29,
    0x2e,
    0x30,
    0x32,
    0x52,
    0x58,
    0x5d,
    0x61,
    0x62,
    0x63,
    0x65,
    0x69,
    0x6f,
    0x71,
    0x68,
    0x73,
    0x74,
    0x75,
    0x7d,
    0x81,
    0x85,
    0x93,
    0x94,
    0x95,
    0x4b,
    0x01,
    0x0a,
    0x61,
  )

  test('neither throw nor are clean without being read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anything,
          fc.array(codes, { maxLength: 80 }).map((all) => new Uint8Array([0x80, 4, ...all])),
        ),
        async (bytesOfAny) => {
          const { verdict, format, findings } = await scanned(new Uint8Array(bytesOfAny))
          expect(verdict === 'clean').toBe(findings.length === 0)
          if (format === 'unknown') expect(verdict).not.toBe('clean')
        },
      ),
      { numRuns: 500 },
    )
  })

  test('an import of os in any honest place is found', async () => {
    const value = fc.letrec<{ value: Uint8Array<ArrayBuffer> }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.nat(255).map(int),
        fc.string({ maxLength: 20 }).map(text),
        fc.array(tie('value'), { maxLength: 4 }).map((items) => list(...items)),
        fc.array(tie('value'), { maxLength: 4 }).map((items) => tuple(...items)),
        fc.tuple(fc.string(), tie('value')).map(([key, item]) => dict(text(key), item)),
      ),
    })).value
    await fc.assert(
      fc.asyncProperty(value, value, async (before, after) => {
        const hostile = pickle(list(before, reduce(global('os', 'popen'), text('id')), after))
        expect((await scanned(hostile)).verdict).toBe('malicious')
        expect((await scanned(pickle(list(before, after)))).verdict).toBe('clean')
      }),
      { numRuns: 200 },
    )
  })
})
