// Files of joblib as `pickle.load` reads them, which takes the bytes of their arrays for instructions.

import { concatBytes, fromBase64 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import {
  build,
  dict,
  global,
  int,
  minusOne,
  newObject,
  none,
  op,
  pickle,
  reduce,
  text,
  tuple,
} from './pickle-bytes.fixture.ts'

/** A MultiLabelBinarizer of scikit-learn 1.9 whose classes are numbers of NumPy, dumped by joblib 1.6. */
const numbersAsObjects = fromBase64(
  'gASVRQEAAAAAAACMHHNrbGVhcm4ucHJlcHJvY2Vzc2luZy5fbGFiZWyUjBNNdWx0aUxhYmVsQmluYXJpemVylJOUKYGUfZQojAdj' +
    'bGFzc2VzlE6MDXNwYXJzZV9vdXRwdXSUiYwMX2NhY2hlZF9kaWN0lE6MCGNsYXNzZXNflIwTam9ibGliLm51bXB5X3BpY2tsZZSM' +
    'EU51bXB5QXJyYXlXcmFwcGVylJOUKYGUfZQojAhzdWJjbGFzc5SMBW51bXB5lIwHbmRhcnJheZSTlIwFc2hhcGWUSwKFlIwFb3Jk' +
    'ZXKUjAFDlIwFZHR5cGWUaA+MBWR0eXBllJOUjAJPOJSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0s/dJRijAphbGxvd19tbWFw' +
    'lImMG251bXB5X2FycmF5X2FsaWdubWVudF9ieXRlc5RLEHVigAWV3wAAAAAAAACMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAxf' +
    'cmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsChZRoA4wFZHR5cGWUk5SMAk84lImIh5RS' +
    'lChLA4wBfJROTk5K/////0r/////Sz90lGKJXZQoaACMBnNjYWxhcpSTlGgMjAJmOJSJiIeUUpQoSwOMATyUTk5OSv////9K////' +
    '/0sAdJRiQwgAAAAAAADwP5SGlFKUaBRoF0MIAAAAAAAAAECUhpRSlGV0lGIulR4AAAAAAAAAjBBfc2tsZWFybl92ZXJzaW9ulIwF' +
    'MS45LjGUdWIu',
)

test('an array of objects whose memo is mixed up with the one around it is honest', async () => {
  expect(await scanned(numbersAsObjects)).toMatchObject({ verdict: 'clean', findings: [] })
})

const byteArray = (count: number) =>
  build(
    newObject(global('joblib.numpy_pickle', 'NumpyArrayWrapper')),
    dict(
      text('subclass'),
      global('numpy', 'ndarray'),
      text('shape'),
      tuple(concatBytes(op(0x4a), new Uint8Array(new Uint32Array([count]).buffer))),
      text('order'),
      text('C'),
      text('dtype'),
      build(
        reduce(global('numpy', 'dtype'), text('u1'), int(0), int(1)),
        tuple(int(3), text('|'), none, none, none, minusOne, minusOne, int(0)),
      ),
    ),
  )
const call = (module: string, name: string) =>
  concatBytes(op(0x30), reduce(global(module, name), text('id')))

test.each([
  ['behind one that is nonsense', [call('Foo bar', 'baz'), call('foo.bar', 'baz')]],
  ['of a known module', [call('numpy', 'baz')]],
  ['of a name that another module has', [call('foo', 'ndarray')]],
  [
    'behind a thousand that are nonsense',
    [...Array.from({ length: 1000 }, (_, i) => call('Foo bar', `n${i}`)), call('foo.bar', 'baz')],
  ],
])('a call in the bytes of an array %s is told', async (_, calls) => {
  const hidden = concatBytes(...calls)
  const file = pickle(byteArray(hidden.length), hidden)
  expect(await rulesOf(file)).toContain('pickle-unknown-import')
})
