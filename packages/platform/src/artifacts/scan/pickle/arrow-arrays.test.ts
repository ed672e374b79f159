// Arrow's arrays in pickles: what pandas writes is clean, and an array whose places lie outside of its buffers is not.

import { describe, expect, test } from 'vitest'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import {
  build,
  bytes,
  dict,
  emptyList,
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

const buffer = (data: Part) => reduce(global('pyarrow.lib', 'py_buffer'), bytes(data))
const places = (...values: number[]) => buffer(new Uint8Array(new Int32Array(values).buffer))
const letters = buffer(op(97, 98, 99))

interface Made {
  readonly type?: string
  readonly size?: number
  readonly nulls?: number
  readonly from?: number
  readonly buffers?: Part
  readonly children?: Part
}

/** Two texts, `a` and `bc`, but for what is said otherwise. */
function array({ type = 'string', size = 2, nulls = 0, from = 0, ...parts }: Made): Part {
  const { buffers = list(none, places(0, 1, 3), letters), children = emptyList } = parts
  const restored = reduce(
    global('pyarrow.lib', '_restore_array'),
    tuple(
      reduce(global('pyarrow.lib', 'type_for_alias'), text(type)),
      int(size),
      int(nulls),
      int(from),
      buffers,
      children,
      none,
    ),
  )
  return build(
    newObject(global('pandas.arrays', 'ArrowStringArray')),
    dict(text('_pa_array'), restored),
  )
}

describe('clean', () => {
  test.each<[string, Made]>([
    ['texts', {}],
    ['texts from a place on', { size: 1, from: 1 }],
    [
      'texts, some of which are none',
      { nulls: 1, buffers: list(buffer(op(1)), places(0, 1, 1), letters) },
    ],
    ['numbers', { type: 'int8', size: 3, buffers: list(none, letters) }],
  ])('%s', async (_, made) => {
    expect(await scanned(pickle(array(made)))).toMatchObject({ verdict: 'clean', findings: [] })
  })
})

describe('not clean', () => {
  test.each<[string, Made]>([
    ['more than there are places', { size: 3 }],
    ['a place behind the data', { buffers: list(none, places(0, 1, 4), letters) }],
    ['a place before the data', { buffers: list(none, places(-1, 1, 3), letters) }],
    ['places that fall', { buffers: list(none, places(0, 3, 1), letters) }],
    ['more numbers than bytes', { type: 'int64', size: 1, buffers: list(none, letters) }],
    ['too few bits', { size: 2, buffers: list(buffer(op()), places(0, 1, 3), letters) }],
    ['nulls without bits', { nulls: 1 }],
    ['children', { children: list(int(1)) }],
    ['children by the old instruction', { children: op(0x28, 0x4b, 1, 0x6c) }],
    ['no buffers', { buffers: emptyList }],
    ['another type', { type: 'list', buffers: list(none, letters) }],
  ])('%s', async (_, made) => {
    expect(await rulesOf(pickle(array(made)))).toEqual(['pickle-unexpected-arguments'])
  })

  test('something else to go through', async () => {
    const other = build(
      newObject(global('pandas.arrays', 'ArrowStringArray')),
      dict(text('_pa_array'), newObject(global('pandas', 'Series'))),
    )
    expect(await rulesOf(pickle(other))).toEqual(['pickle-unexpected-build'])
  })
})
