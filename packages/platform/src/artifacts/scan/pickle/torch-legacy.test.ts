// torch.save's format before 1.6: several pickles, then the storages; told from other pickles by its first number.

import { concatBytes } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { scanned } from '../scanned.fixture.ts'
import {
  dict,
  global,
  int,
  list,
  op,
  pickle,
  proto,
  reduce,
  stop,
  text,
  tuple,
} from './pickle-bytes.fixture.ts'

const magic = op(0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e)
const heads = {
  'protocol 2': concatBytes(proto(2), magic),
  'protocol 4, in a frame': concatBytes(proto(4), op(0x95, 13, 0, 0, 0, 0, 0, 0, 0), magic),
}

function file(head: Uint8Array<ArrayBuffer>, ...more: Uint8Array<ArrayBuffer>[]) {
  const storage = concatBytes(
    tuple(text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), int(2)),
    op(0x51),
  )
  const tensor = reduce(
    global('torch._utils', '_rebuild_tensor_v2'),
    storage,
    int(0),
    tuple(int(2)),
    tuple(int(1)),
    op(0x89),
    reduce(global('collections', 'OrderedDict')),
  )
  const elements = concatBytes(op(2, 0, 0, 0, 0, 0, 0, 0), new Uint8Array(8))
  const system = pickle(dict(text('little_endian'), op(0x88)))
  return concatBytes(
    head,
    concatBytes(proto(2), op(0x4d, 0xe9, 3), stop),
    system,
    pickle(dict(text('w'), tensor)),
    pickle(list(text('0'))),
    elements,
    ...more,
  )
}

describe.each(Object.entries(heads))('%s', (_, head) => {
  test('is clean, with its storages', async () => {
    expect(await scanned(file(head))).toMatchObject({ format: 'torch-legacy', findings: [] })
  })

  test('what follows the storages is told', async () => {
    const { findings } = await scanned(
      file(head, pickle(reduce(global('os', 'system'), text('id')))),
    )
    expect(findings.map(({ rule }) => rule)).toEqual(['pickle-trailing-data'])
  })
})
