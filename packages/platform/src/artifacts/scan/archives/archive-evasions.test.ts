// Archives and arrays that unpack or load to harm, built so that a scanner sees another file than their readers do.

import { concatBytes, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import {
  dict,
  global,
  int,
  op,
  pickle,
  reduce,
  text,
  tuple,
} from '../pickle/pickle-bytes.fixture.ts'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import { tar, zip } from './archive-bytes.fixture.ts'

type File = Uint8Array<ArrayBuffer>

const hostile = pickle(reduce(global('os', 'system'), text('id')))
const none = new Uint8Array(0)

const u16 = (value: number): File => op(value & 255, value >> 8)
const u32 = (value: number): File => new Uint8Array(new Uint32Array([value]).buffer)
const u64 = (value: number): File => concatBytes(u32(value), u32(0))

/** Local entries, central directory and end record of an archive. */
function partsOf(archive: File): readonly [locals: File, directory: File, end: File] {
  const end = archive.length - 22
  const view = new DataView(archive.buffer)
  const start = view.getUint32(end + 16, true)
  return [archive.slice(0, start), archive.slice(start, end), archive.slice(end)]
}

const torch = (content: File, ...storages: File[]) =>
  zip(
    { name: 'a/data.pkl', content },
    { name: 'a/version', content: utf8('3\n') },
    ...storages.map((storage, at) => ({ name: `a/data/${at}`, content: storage })),
  )

/** A directory whose entries lie further behind. */
function moved(directory: File, by: number): File {
  const copy = directory.slice()
  const view = new DataView(copy.buffer)
  for (let at = 0; at < copy.length; at += 46 + view.getUint16(at + 28, true))
    view.setUint32(at + 42, view.getUint32(at + 42, true) + by, true)
  return copy
}

test('an end record in the comment of another, with a comment longer than the file', async () => {
  const [inner, innerDirectory, innerEnd] = partsOf(torch(hostile))
  const [locals, directory, end] = partsOf(torch(pickle(dict()), inner))
  const hidden = moved(innerDirectory, locals.length - inner.length)
  const lastEnd = concatBytes(
    innerEnd.slice(0, 16),
    u32(locals.length + directory.length + 22),
    u16(65_535),
  )
  const comment = concatBytes(hidden, lastEnd)
  const file = concatBytes(locals, directory, end.slice(0, 20), u16(comment.length), comment)
  expect(await rulesOf(file)).toContain('zip-several-directories')
  expect(await rulesOf(file)).toContain('pickle-dangerous-import')
})

test('two records of large archives: where the locator says, and right before it', async () => {
  const [locals, directory] = partsOf(torch(pickle(dict())))
  const [others, otherDirectory] = partsOf(torch(hostile))
  const record = (count: number, size: number, offset: number) =>
    concatBytes(
      u32(0x06064b50),
      u64(44),
      u16(45),
      u16(45),
      u32(0),
      u32(0),
      u64(count),
      u64(count),
      u64(size),
      u64(offset),
    )
  const first = locals.length + directory.length
  const behind = first + 56
  const file = concatBytes(
    locals,
    directory,
    record(2, directory.length, locals.length),
    others,
    moved(otherDirectory, behind),
    record(2, otherDirectory.length, behind + others.length),
    concatBytes(u32(0x07064b50), u32(0), u64(first), u32(1)),
    concatBytes(
      u32(0x06054b50),
      u32(0),
      u32(0xffff_ffff),
      u32(0xffff_ffff),
      u32(0xffff_ffff),
      u16(0),
    ),
  )
  expect(await rulesOf(file)).toContain('zip-several-directories')
})

test('an entry behind a mebibyte of padding that the directory does not name', async () => {
  const [locals, directory, end] = partsOf(zip({ name: 'a.txt', content: utf8('a') }))
  const [hidden] = partsOf(zip({ name: 'b.pkl', content: hostile }))
  const gap = concatBytes(new Uint8Array(1_048_574), hidden)
  const offset = u32(locals.length + gap.length)
  const file = concatBytes(locals, gap, directory, end.slice(0, 16), offset, u16(0))
  expect(await rulesOf(file)).toContain('zip-hidden-entry')
})

/** pax records: the length counts the whole record. */
const pax = (...records: readonly (readonly [key: string, value: string])[]): File =>
  concatBytes(
    ...records.map(([key, value]) => {
      const rest = key.length + value.length + 3
      const length = [1, 2, 3]
        .map((digits) => rest + digits)
        .find((n) => `${n}`.length + rest === n)
      return utf8(`${length} ${key}=${value}\n`)
    }),
  )
const member = { name: 'evil.pkl', content: hostile }
/** A member's blocks without the end of an archive. */
const blocks = tar(member).slice(0, -1024)
const size = `${512 + blocks.length}`
const content = concatBytes(utf8('hello'), new Uint8Array(507), blocks)

const hidden: Readonly<Record<string, File>> = {
  'in the bytes of a folder': tar({ name: 'd', type: '5', content: blocks }),
  'in the bytes of a link': tar({ name: 'd', type: '2', link: 'x', content: blocks }),
  'behind a name that ends like that of a folder': tar({ name: 'evil.pkl/', content: hostile }),
  'by the second of two sizes': tar(
    { name: 'x', type: 'x', content: pax(['size', size], ['size', '5']) },
    { name: 'a.txt', content },
  ),
  'by a size in another value': tar(
    { name: 'x', type: 'x', content: pax(['comment', `x\n13 size=${size}\n`]) },
    { name: 'a.txt', content: utf8('hello') },
    member,
  ),
}

test.each(Object.entries(hidden))('a member of a TAR archive %s', async (_, file) => {
  expect(await rulesOf(file)).toContain('pickle-dangerous-import')
})

test.each([
  ['a path by the type of Solaris', 'X', '0', 'path', 'archive-path-traversal'],
  ['a link for all members', 'g', '2', 'linkpath', 'archive-link'],
])('%s leads out of the folder', async (_, about, type, key, rule) => {
  const file = tar(
    { name: 'x', type: about, content: pax([key, '../../evil']) },
    { name: 'a.txt', content: utf8('a') },
    { name: 'b', type, link: 'a.txt' },
  )
  expect(await rulesOf(file)).toContain(rule)
})

test.each([
  ['old', tar({ name: 'a', type: 'S', content: none })],
  ['of pax', tar({ name: 'x', type: 'x', content: pax(['GNU.sparse.major', '1']) }, { name: 'a' })],
  ['too long', tar({ name: 'x', type: 'x', content: new Uint8Array(1_048_577) }, { name: 'a' })],
])('members that are not read as Python reads them are not clean: %s', async (_, file) => {
  expect((await scanned(file)).verdict).toBe('incomplete')
})

test("numbers with Python's prefix of octal numbers, in nothing but text", async () => {
  const block = new Uint8Array(512).fill(32)
  const put = (at: number, value: string) => block.set(utf8(value), at)
  put(0, '../../evil'.padEnd(100, 'x'))
  for (const at of [100, 108, 116, 136]) put(at, '0000000')
  put(124, '00000001000')
  put(156, '0')
  put(148, '        ')
  put(148, `0o${block.reduce((sum, byte) => sum + byte, 0).toString(8)} `)
  const file = concatBytes(block, utf8('x\n'.repeat(256)))
  expect(await rulesOf(file)).toContain('archive-path-traversal')
})

const npy = (header: string, data: File): File => {
  const line = utf8(`${header}\n`)
  return concatBytes(op(0x93), utf8('NUMPY'), op(1, 0), u16(line.length), line, data)
}
const order = "'fortran_order': False"
const shape = `'shape': (${hostile.length},)`

test.each([
  ['a key twice', `{'descr': '|u1', ${order}, ${shape}, 'descr': '|O'}`],
  ['a key with an escape', `{'descr': '|u1', '\\x64escr': '|O', ${order}, ${shape}}`],
  ['a comment', `{'descr': '|O', # 'descr': '|u1'\n${order}, ${shape}}`],
  ['texts beside each other', `{'descr': '|' 'O', ${order}, ${shape}}`],
])('a header of an array with %s', async (_, header) => {
  expect(await rulesOf(npy(header, hostile))).toEqual(['npy-malformed', 'pickle-dangerous-import'])
})

test('an array of objects is read by pickle.load, which skips no arrays', async () => {
  const call = reduce(global('foo', 'bar'), text('id'))
  const dtype = reduce(global('numpy', 'dtype'), text('u1'))
  const wrapper = concatBytes(
    global('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    op(0x29, 0x81),
    dict(text('shape'), op(0x28), int(call.length), op(0x74), text('dtype'), dtype),
    op(0x62),
  )
  const file = npy(`{'descr': '|O', ${order}, 'shape': (1,), }`, pickle(wrapper, call))
  expect(await rulesOf(file)).toContain('pickle-unknown-import')
})

test.each([
  ['fields with fields', "[('a', [('x', '<f8'), ('y', '<i2')]), ('b', '|S3', (2,))]", 16 * 2],
  ['a part with a shape', "[(('title', 'a'), ('<i4', (2, 2)))]", 16 * 2],
  ['double quotes', '"<f8"', 8 * 2],
])('clean: an array of %s', async (_, descr, sizeBytes) => {
  const file = npy(`{'descr': ${descr}, ${order}, 'shape': (2L,), }`, new Uint8Array(sizeBytes))
  expect(await scanned(file)).toMatchObject({ verdict: 'clean', format: 'npy' })
})

test('clean: arrays whose names differ in case only', async () => {
  const one = npy(`{'descr': '<f8', ${order}, 'shape': (), }`, new Uint8Array(8))
  const file = zip({ name: 'w.npy', content: one }, { name: 'W.npy', content: one })
  expect(await scanned(file)).toMatchObject({ verdict: 'clean', format: 'npz' })
})

test.each([
  ['torch.from_file("/etc/x", True, 4)', ['pickle-dangerous-import', 'script-unknown-operator']],
  ['ops.image .\\\n write_file(a, b)', ['pickle-dangerous-import', 'script-unknown-operator']],
  ['(torch).save(a, b)', ['script-unknown-operator']],
  ['getattr(torch, "save")(a, b)', ['script-unknown-operator']],
  ['torch . autograd . add (a); torch.autograd', ['script-unknown-operator']],
  ['ops.image.decode_png(a)', ['script-unknown-operator']],
  ['ops', ['script-unknown-operator']],
  ['ops.aten', ['script-unknown-operator']],
  ['ops.prim.rpc_sync(a)', ['script-unknown-operator']],
  ['__torch__.torch.classes.other.Reader(a)', ['script-unknown-operator']],
  ['"" """ \\""" """; ops.other.run(a)', ['script-unknown-operator']],
  ["' # '; ops.other.run(a)", ['script-unknown-operator']],
  ["'unfinished\n ops.other.run(a)", ['script-unknown-operator']],
  ['torch.add(a, b)', []],
  ['ops.prim.RaiseException("give torch or ops.other.run")  # torch', []],
  ['ops.torchvision.nms(ops.quantized.linear(a), torch.autograd.grad(b))', []],
  ['a.torch.x + __torch__.torch.nn.Linear', []],
  ['__torch__.torch.classes.quantized.LinearPackedParamsBase', []],
])('code of a script that runs when it is loaded: %s', async (call, rules) => {
  const code = utf8(`class M(Module):\n  def __setstate__(self) -> None:\n    _0 = ${call}\n`)
  const file = zip(
    { name: 'm/data.pkl', content: pickle(dict()) },
    { name: 'm/version', content: utf8('3\n') },
    { name: 'm/constants.pkl', content: pickle(dict()) },
    { name: 'm/code/__torch__.py', content: code },
  )
  expect(await rulesOf(file)).toEqual(rules)
})

describe('entries of a PyTorch archive that are named as storages', () => {
  const call = pickle(reduce(global('os', 'system'), text('id')))
  const asked = (key: string) =>
    pickle(
      tuple(text('storage'), global('torch', 'FloatStorage'), text(key), text('cpu'), int(6)),
      op(0x51),
    )
  const archive = (data: Uint8Array<ArrayBuffer>) =>
    zip(
      { name: 'm/data.pkl', content: data },
      { name: 'm/version', content: utf8('3\n') },
      { name: 'm/data/0', content: call },
    )

  test('are elements where the pickle asks for them, whatever hides there', async () => {
    expect(await rulesOf(archive(asked('0')))).toEqual(['pickle-carried'])
  })

  test.each([
    ['it asks for none', pickle(dict())],
    ['it asks for another', asked('1')],
    ['it asks for one by a path', asked('../data/0')],
  ])('are scanned where %s', async (_, data) => {
    expect(await rulesOf(archive(data))).toContain('pickle-dangerous-import')
  })
})

test.each([
  ['quantized.LinearPackedParamsBase', []],
  ['other.Reader', ['pickle-unknown-import']],
])('compiled classes in the pickle of a script: %s', async (name, rules) => {
  const [space = '', made = ''] = name.split('.')
  const object = concatBytes(global(`__torch__.torch.classes.${space}`, made), op(0x29, 0x81))
  const file = zip(
    { name: 'm/data.pkl', content: pickle(object) },
    { name: 'm/version', content: utf8('3\n') },
    { name: 'm/constants.pkl', content: pickle(dict()) },
  )
  expect(await rulesOf(file)).toEqual(rules)
})
