// Pickles that Python loads to the harm of who loads them, built so that a scanner sees less than Python does.

import { concatBytes, utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
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
  none,
  oldPickle,
  op,
  type Part,
  pickle,
  reduce,
  text,
  tuple,
} from './pickle-bytes.fixture.ts'

const system = utf8("cos\nsystem\n(S'id'\ntR.")
const system4 = reduce(global('os', 'system'), text('id'))
const namespace = reduce(global('argparse', 'Namespace'))
const pairs = Array.from({ length: 30 }, (_, at) => concatBytes(text(`k${at}`), int(1)))

/** A type of elements with the state that the file claims for it. */
const dtype = (
  name: string,
  {
    fields = none,
    size = minusOne,
    flags = 0,
  }: { fields?: Part; size?: Part; flags?: number } = {},
) =>
  build(
    reduce(global('numpy', 'dtype'), text(name), op(0x89), op(0x88)),
    tuple(
      int(3),
      text('|'),
      none,
      fields === none ? none : tuple(text('a')),
      fields,
      size,
      int(1),
      int(flags),
    ),
  )
const wrapper = (kind: Part, shape: Part, ...more: Part[]) =>
  build(
    newObject(global('joblib.numpy_pickle', 'NumpyArrayWrapper')),
    dict(
      text('subclass'),
      global('numpy', 'ndarray'),
      text('shape'),
      shape,
      text('order'),
      text('C'),
      text('dtype'),
      kind,
      ...more,
    ),
  )

/** Texts, as far as their bytes go: nothing but running them tells that they are pickles. */
const asTexts: Readonly<Record<string, Part>> = {
  'a name that ends with the file': utf8("(S'id'\nios\nsystemX"),
  'a line of two megabytes': concatBytes(utf8(`V${'a'.repeat(2_000_000)}\n0`), system),
  'a place of the memo with leading zeros': concatBytes(utf8(`I1\np${'0'.repeat(20)}1\n0`), system),
}

test.each(Object.entries(asTexts))('a text that is a pickle: %s', async (_, file) => {
  expect(await scanned(file)).toMatchObject({ verdict: 'malicious', format: 'pickle' })
})

test('a text that cannot be followed as a pickle is not clean', async () => {
  const file = concatBytes(utf8(`I1\np${'0'.repeat(5000)}1\n0`), system)
  expect(await scanned(file)).toMatchObject({ verdict: 'incomplete', format: 'pickle' })
})

const attributes: Readonly<Record<string, Part>> = {
  'a name with octal escapes beyond a byte': oldPickle(
    utf8("cargparse\nNamespace\n(tR(dS'\\537\\537setstate__'\ncbuiltins\nlist\nsb"),
  ),
  'a name made of bytes': pickle(
    build(
      namespace,
      dict(
        reduce(global('builtins', 'str'), bytes(utf8('__setstate__')), text('ascii')),
        global('builtins', 'list'),
      ),
    ),
  ),
  'an address in memory for numpy': pickle(
    build(namespace, dict(text('__array_interface__'), dict())),
  ),
  'a method behind many names': pickle(
    build(
      reduce(global('collections', 'OrderedDict')),
      dict(...pairs, text('append'), global('builtins', 'list')),
    ),
  ),
  'keys for a dict': pickle(build(namespace, dict(text('keys'), global('builtins', 'list')))),
}

test.each(Object.entries(attributes))('an attribute that is called: %s', async (_, file) => {
  expect(await rulesOf(file)).toContain('pickle-special-attribute')
})

const states: Readonly<Record<string, Part>> = {
  'names from a list of pairs': build(
    namespace,
    reduce(
      global('builtins', 'dict'),
      list(tuple(text('__setstate__'), global('torch.storage', '_load_from_bytes'))),
    ),
  ),
  'names in an OrderedDict': build(
    namespace,
    concatBytes(reduce(global('collections', 'OrderedDict')), text('a'), int(1), op(0x73)),
  ),
  'numpy reads objects from bytes': dtype('V8', {
    fields: dict(text('a'), tuple(dtype('O8', { flags: 63 }), int(0))),
    size: int(8),
  }),
  'objects without their flags': dtype('O8'),
  'a field behind the end of its element': dtype('V8', {
    fields: dict(text('a'), tuple(dtype('f8'), int(200))),
    size: int(8),
  }),
  'a type that changes after its use': build(dtype('V8', { size: int(8) }), tuple(int(3))),
  'an array from a file elsewhere': build(
    newObject(global('joblib.numpy_pickle', 'NDArrayWrapper')),
    dict(text('filename'), text('../../other.npy')),
  ),
}

test.each(Object.entries(states))('a state that is none: %s', async (_, file) => {
  expect(await rulesOf(pickle(file))).toContain('pickle-unexpected-build')
})

const calls: Readonly<Record<string, Part>> = {
  'any class, by the maker of generators': reduce(
    global('numpy.random._pickle', '__generator_ctor'),
    text('/etc/passwd'),
    global('pandas', 'Series'),
  ),
  'any class, by name of a generator': reduce(
    global('numpy.random._pickle', '__bit_generator_ctor'),
    global('lightgbm.basic', 'Booster'),
  ),
  "a base's initialiser": reduce(
    global('copyreg', '_reconstructor'),
    global('lightgbm.basic', 'Booster'),
    global('lightgbm.basic', 'Booster'),
    dict(),
  ),
  'the methods of an object': reduce(global('builtins', 'str'), namespace),
  'an endless list': reduce(
    global('builtins', 'list'),
    reduce(global('builtins', 'range'), op(0x4a, 255, 255, 255, 127)),
  ),
  'memory without end': reduce(global('builtins', 'bytearray'), op(0x4a, 255, 255, 255, 127)),
  'an array of any address': reduce(global('numpy', 'matrix'), namespace),
  'an array of any size': reduce(
    global('numpy.core.multiarray', '_reconstruct'),
    global('numpy', 'ndarray'),
    tuple(op(0x4a, 255, 255, 255, 127)),
    bytes(op(0x62)),
  ),
}

test.each(Object.entries(calls))('a call with other arguments: %s', async (_, file) => {
  expect(await rulesOf(pickle(file))).toContain('pickle-unexpected-arguments')
})

/** Bytes that joblib skips, or does not, other than what a naive reading of the wrapper says. */
const arrays: Readonly<Record<string, Part>> = {
  'a size in the state of the type': wrapper(dtype('V8', { size: int(200) }), tuple(int(1))),
  'a padding of another type': wrapper(
    dtype('u1'),
    tuple(int(0)),
    text('numpy_array_alignment_bytes'),
    text('x'),
  ),
  'fields behind those that are kept': wrapper(
    dtype('u1'),
    tuple(int(0)),
    ...Array.from({ length: 300 }, (_, at) => concatBytes(text(`k${at}`), int(1))),
    text('shape'),
    tuple(int(100)),
  ),
  'a field that is there twice': wrapper(
    dtype('u1'),
    tuple(int(0)),
    text('shape'),
    tuple(int(200)),
  ),
  'objects that are none': wrapper(dtype('f8', { flags: 1 }), tuple(int(0))),
}

test.each(Object.entries(arrays))("joblib's arrays: %s", async (_, file) => {
  // Whoever skips too little sees nothing but bytes.
  const rest = bytes(concatBytes(new Uint8Array(192).fill(0x4e), system4))
  const hidden = pickle(file, new Uint8Array(8).fill(0x4e), rest)
  expect((await scanned(hidden)).verdict).not.toBe('clean')
})

test('an array of objects is read by pickle.load, which skips no arrays', async () => {
  const hidden = reduce(global('foo', 'bar'), text('id'))
  const inner = concatBytes(
    pickle(wrapper(dtype('u1'), tuple(int(hidden.length))), hidden, op(0x30)),
  )
  const first = concatBytes(wrapper(dtype('u1'), tuple(int(1))), op(0x2e, 0x30))
  const file = pickle(first, wrapper(dtype('O8', { flags: 63 }), tuple(int(1))), inner)
  expect(await rulesOf(file)).toContain('pickle-unknown-import')
})

test('what pickle.load would call in the bytes of an array', async () => {
  const hidden = concatBytes(op(0x30), reduce(global('foo.bar', 'baz'), text('id')))
  const file = pickle(wrapper(dtype('u1'), tuple(int(hidden.length))), hidden)
  expect(await rulesOf(file)).toContain('pickle-unknown-import')
})

test('arguments that lie in a hundred tuples are none that a library writes', async () => {
  const deep = concatBytes(int(1), new Uint8Array(100).fill(0x85))
  const file = pickle(global('builtins', 'list'), deep, op(0x52))
  expect(await rulesOf(file)).toEqual(['pickle-unexpected-arguments'])
})
