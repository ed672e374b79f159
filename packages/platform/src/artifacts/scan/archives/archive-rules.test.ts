// Every rule about archives and plain content has files that break it. A rule without a case does not compile.

import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { concatBytes, fromBase64, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import {
  build,
  dict,
  global,
  int,
  newObject,
  op,
  pickle,
  reduce,
  text,
  tuple,
} from '../pickle/pickle-bytes.fixture.ts'
import type { archiveRules } from '../rules/archive-rules.ts'
import type { contentRules } from '../rules/content-rules.ts'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import { tar, zip } from './archive-bytes.fixture.ts'

type File = Uint8Array<ArrayBuffer>

const hostile = pickle(reduce(global('os', 'system'), text('id')))
const honest = pickle(int(1))
const note = utf8('a note\n')
const owned = (data: Uint8Array): File => new Uint8Array(data)
const gzip = (data: File) => owned(gzipSync(data))

const npy = (header: string, data: File): File => {
  const padded = `${header}\n`
  return concatBytes(op(0x93), utf8('NUMPY'), op(1, 0, padded.length, 0), utf8(padded), data)
}
const array = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"
const png = concatBytes(
  op(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
  op(0, 0, 0, 0),
  utf8('IEND'),
  op(0, 0, 0, 0),
)

/** A pickle that calls os.system, as Python's bz2, lzma and py7zr pack it. */
const sevenZipHostile =
  'N3q8ryccAATPJ5QwcQAAAAAAAAAUAAAAAAAAAPLqdHwBABeABGNvcwpzeXN0ZW0KKFgCAAAAaWR0Ui4AAQBQAQQGAAEJHAAHCwEAAiEhARgEAwMBAwEADBgYAAgKAexnlM8AAAUBGQMAAAARDQBhAC4AcABrAGwAAAAUCgEA8OdsjcJ53QEVBgEAIICkgQAAABcGHAEJVQAHCwEAASEhARgMUQAA'
const bzip2Hostile =
  'QlpoOTFBWSZTWa/xrrwAAAvTwFQQAEEQQA4ijCBAACAAIiaBo9RpmoU0yMTExFVGLwwkCLCPSQeofi7kinChIV/jXXg='
const xzHostile =
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAXgARjb3MKc3lzdGVtCihYAgAAAGlkdFIuAL4UClS/zEBjAAEwGI4brOwftvN9AQAAAAAEWVo='

/** Nested so deeply that no honest file is. */
const nested = (depth: number): File =>
  depth === 0 ? note : zip({ name: 'in', content: nested(depth - 1) })

const cases: Readonly<
  Record<keyof typeof archiveRules | keyof typeof contentRules, Readonly<Record<string, File>>>
> = {
  'archive-path-traversal': {
    'a folder above': zip({ name: '../../etc/cron.d/x', content: note }),
    'a root': zip({ name: '/etc/passwd', content: note }),
    'a drive': zip({ name: 'C:\\x', content: note }),
    'in a TAR archive': tar({ name: 'a/../../x', content: note }),
    "by GNU's long name": tar(
      { name: '././@LongLink', type: 'L', content: utf8('../x\0') },
      { name: 'x', content: note },
    ),
    'by a pax record': tar(
      { name: 'pax', type: 'x', content: utf8('13 path=../x\n') },
      { name: 'x', content: note },
    ),
  },
  'unread-code': {
    'a call': concatBytes(op(0xff, 0xfe, 0), utf8("__import__('os').system('id')")),
    'a shell': concatBytes(op(0xff, 0xfe, 0), utf8('sh -c x; /bin/sh -i')),
    'an import of a pickle': concatBytes(op(0xff, 0xfe, 0), utf8('cposix\nsystem\n')),
    'behind a megabyte': concatBytes(new Uint8Array(1_048_570).fill(255), utf8('os.system("id")')),
    'in an archive': zip({
      name: 'x',
      content: concatBytes(op(0xff, 0xfe, 0), utf8('os.system("id")')),
    }),
    'behind a stream that is cut off': concatBytes(op(0x1f, 0x8b, 8, 0), utf8(' eval("1")')),
  },
  'packed-code': Object.fromEntries(
    [
      'import subprocess',
      'import json, ctypes as c',
      'import os\nos.system("id")',
      'from os import path, system as s',
      'import os\ngetattr(os, "sys" + "tem")("id")',
      'import os\nos.__dict__["system"]',
      'eval("1")',
      'f = eval\nf("1")',
      '__builtins__.__dict__["ev" + "al"]',
      'globals()["x"]',
      'asyncio.create_subprocess_shell("id")',
      'from importlib import import_module',
      'x = pickle.loads(y)',
      '[__import__][0]("os")',
      'locals()["os"].system("id")',
      'object.__getattribute__(os, "sys" + "tem")',
    ]
      .map((code): [string, File] => [code, zip({ name: 'handler.py', content: utf8(code) })])
      .concat([
        ['no ending', zip({ name: 'a/handler', content: utf8('import runpy') })],
        ['a shell script', tar({ name: 'run', content: utf8('#!/usr/bin/env bash\necho\n') })],
      ]),
  ),
  'described-code': {
    'in the metadata of tensors': concatBytes(
      op(44, 0, 0, 0, 0, 0, 0, 0),
      utf8('{"__metadata__":{"a":"os.system(\'id\')"}}    '),
    ),
  },
  'archive-link': {
    'a link in ZIP': zip({ name: 'l', content: utf8('/etc'), mode: 0o120777 }),
    'a link in TAR': tar({ name: 'l', type: '2', link: '../../x' }),
    'a hard link': tar({ name: 'l', type: '1', link: '/etc/shadow' }),
    'a device': tar({ name: 'd', type: '3' }),
  },
  'archive-outside-data': {
    'before ZIP': concatBytes(utf8('#!/bin/sh\n'), zip({ name: 'a', content: note })),
    'behind ZIP': concatBytes(zip({ name: 'a', content: note }), utf8('more')),
    'behind TAR': concatBytes(tar({ name: 'a', content: note }), utf8('more')),
  },
  'archive-encrypted': { 'an entry': zip({ name: 'a', content: note, flags: 1, crc: 7 }) },
  'archive-unread': {
    'another compression': zip({ name: 'a', content: note, method: 97 }),
    'one size for all': tar(
      { name: 'pax', type: 'g', content: utf8('9 size=1\n') },
      { name: 'x', content: note },
    ),
  },
  'archive-malformed': {
    'ZIP cut off': zip({ name: 'a', content: note }).subarray(0, 30),
    '7-Zip cut off': fromBase64(sevenZipHostile).subarray(0, 60),
    'gzip cut off': gzip(utf8('x'.repeat(999))).subarray(0, 20),
    'TAR cut off': tar({ name: 'a', content: new Uint8Array(900) }).subarray(0, 900),
    'a directory that counts otherwise': (() => {
      const file = zip({ name: 'a', content: note })
      file[file.length - 12] = 9
      return file
    })(),
  },
  'archive-bomb': {
    'an entry larger than it says': zip({
      name: 'a',
      content: new Uint8Array(999),
      deflated: true,
      sizeBytes: 9,
      localSizeBytes: 9,
    }),
    'a stream of half a gibibyte': gzip(gzip(new Uint8Array(540_000_000))),
  },
  'archive-limit': { 'ten archives in each other': nested(10) },
  'zip-duplicate-name': {
    'the same name': zip(
      { name: 'data.pkl', content: honest },
      { name: 'data.pkl', content: hostile },
    ),
    'another case': zip({ name: 'a', content: note }, { name: 'A', content: note }),
  },
  'zip-headers-differ': {
    'another name': zip({ name: 'a', content: note, localName: 'b' }),
    'encrypted in one place': zip({ name: 'data.pkl', content: hostile, flags: 1, localFlags: 0 }),
    'another size': zip({ name: 'a', content: note, localSizeBytes: 1 }),
    'stored with two sizes': zip({ name: 'a', content: note, sizeBytes: 3, localSizeBytes: 3 }),
  },
  'zip-checksum': {
    stored: zip({ name: 'a', content: note, crc: 1 }),
    deflated: zip({ name: 'a', content: note, crc: 1, deflated: true }),
  },
  'zip-overlap': {
    'two entries in one place': zip(
      { name: 'a', content: note },
      { name: 'b', content: note, placedAt: 0 },
    ),
  },
  'zip-hidden-entry': {
    'between two': zip(
      { name: 'a', content: note },
      { name: 'h', content: hostile, hidden: true },
      { name: 'b', content: note },
    ),
  },
  'zip-several-directories': {
    'one in the comment of another': (() => {
      const end = zip().subarray(0)
      const file = zip({ name: 'a', content: note })
      file[file.length - 2] = end.length
      return concatBytes(file, end)
    })(),
  },
  polyglot: {
    'a picture and ZIP': concatBytes(png, zip({ name: 'a', content: note })),
    'TAR and a pickle': tar({ name: "cos\nsystem\n(S'id'\ntR.", content: note }),
    'an array and ZIP': concatBytes(
      npy(array, new Uint8Array(16)),
      zip({ name: 'a', content: note }),
    ),
  },
  'trailing-data': {
    'behind a picture': concatBytes(png, note),
    'behind gzip': concatBytes(gzip(note), note),
  },
  'unread-content': {
    'of no format': op(0xfe, 0xed, 0, 1, 2),
    'a picture cut off': png.subarray(0, 12),
  },
  'npy-malformed': {
    'no shape': npy("{'descr': '<f8'}", new Uint8Array(16)),
    'too short': npy(array, new Uint8Array(8)),
    'no header': concatBytes(op(0x93), utf8('NUMPY'), op(1, 0)),
  },
  'npy-trailing-data': { 'behind the array': npy(array, new Uint8Array(17)) },
}

describe.each(Object.entries(cases))('%s', (rule, files) => {
  test.each(Object.entries(files))('%s', async (_, file) => {
    expect(await rulesOf(file)).toContain(rule)
  })
})

describe('what lies inside is scanned', () => {
  test.each<[string, File]>([
    ['stored', zip({ name: 'a', content: hostile })],
    ['deflated', zip({ name: 'a', content: hostile, deflated: true })],
    [
      'in an archive in an archive',
      zip({ name: 'a', content: tar({ name: 'b', content: gzip(hostile) }) }),
    ],
    ['with a wrong checksum', zip({ name: 'a', content: hostile, crc: 1 })],
    ['said to be encrypted', zip({ name: 'a', content: hostile, flags: 1, localFlags: 0 })],
    ['before the archive', concatBytes(hostile, zip({ name: 'a', content: note }))],
    ['behind a stream', concatBytes(gzip(note), hostile)],
    ['in 7-Zip', fromBase64(sevenZipHostile)],
    ['in bzip2', fromBase64(bzip2Hostile)],
    ['in xz', fromBase64(xzHostile)],
    ['in zlib', owned(deflateSync(hostile))],
    ['in zstd', owned(zstdCompressSync(hostile))],
    [
      "in joblib's old container",
      concatBytes(utf8('ZF0x2c               '), owned(deflateSync(hostile))),
    ],
    [
      'in an array of objects',
      npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", hostile),
    ],
  ])('%s', async (_, file) => {
    expect((await scanned(file)).verdict).toBe('malicious')
  })

  test('and its place is named', async () => {
    const { findings } = await scanned(
      zip({ name: 'a/data.pkl', content: hostile, deflated: true }),
    )
    expect(findings[0]?.location).toBe('a/data.pkl@2')
  })
})

describe('clean', () => {
  const storage = (key: string) =>
    concatBytes(
      tuple(text('storage'), global('torch', 'FloatStorage'), text(key), text('cpu'), int(2)),
      op(0x51),
    )
  const weights = pickle(
    dict(
      text('w'),
      reduce(
        global('torch._utils', '_rebuild_tensor_v2'),
        storage('0'),
        int(0),
        tuple(int(2)),
        tuple(int(1)),
        op(0x89),
        reduce(global('collections', 'OrderedDict')),
      ),
    ),
  )
  test.each<[string, string, File]>([
    [
      'a PyTorch archive',
      'torch-zip',
      zip(
        { name: 'm/data.pkl', content: weights },
        { name: 'm/version', content: utf8('3\n') },
        { name: 'm/data/0', content: op(0, 1, 2, 3, 4, 5, 6, 7) },
      ),
    ],
    [
      'TorchScript',
      'torchscript',
      zip(
        {
          name: 'm/data.pkl',
          content: pickle(
            build(newObject(global('__torch__.Net', 'Net')), dict(text('w'), int(1))),
          ),
        },
        { name: 'm/version', content: utf8('3\n') },
        { name: 'm/constants.pkl', content: pickle(tuple()) },
        { name: 'm/code/__torch__.py', content: utf8('class Net(Module):\n') },
      ),
    ],
    ['arrays', 'npz', zip({ name: 'a.npy', content: npy(array, new Uint8Array(16)) })],
    [
      'records',
      'npy',
      npy(
        "{'descr': [('a', '<f4'), ('b', '<i8', (2,))], 'fortran_order': False, 'shape': (1,), }",
        new Uint8Array(20),
      ),
    ],
    [
      'a ZIP archive',
      'zip',
      zip({ name: 'README.md', content: note, deflated: true }, { name: 'd/', content: op() }),
    ],
    [
      'a TAR archive',
      'tar',
      tar(
        { name: 'a', content: note },
        { name: 'd/', type: '5' },
        { name: 'l', type: '2', link: 'a' },
      ),
    ],
    [
      'a handler of a model',
      'zip',
      zip({
        name: 'handler.py',
        content: utf8(
          'import os, json\nimport torch\nfrom os import path, environ\nimport re\n' +
            'model.eval()\nre.compile("x")\nprint(os.path.join("a", os.environ["B"]))\n' +
            'getattr(model, "system")\n',
        ),
      }),
    ],
    [
      'names that go up and stay inside',
      'tar',
      tar({ name: 'a/../b', content: note }, { name: 'c/l', type: '2', link: '../b' }),
    ],
    ['gzip', 'gzip', gzip(honest)],
    ['a picture', 'png', png],
    ['JSON', 'json', utf8('{"hidden_size": 8, "name": "é"}\n')],
    ['text', 'text', utf8('Ünïcode and words.\n')],
    ['text that begins like a pickle', 'text', utf8('cat\ndog\nI like them. N.\n')],
    ['nothing', 'empty', op()],
  ])('%s', async (_, format, file) => {
    expect(await scanned(file)).toMatchObject({ format, findings: [], verdict: 'clean' })
  })

  test('the elements of a tensor are not taken for a pickle, and one that hides there is told', async () => {
    const withElements = (content: File) =>
      zip(
        { name: 'm/data.pkl', content: weights },
        { name: 'm/version', content: utf8('3\n') },
        { name: 'm/data/0', content },
      )
    // Opcodes alone are numbers like any others.
    const numbers = withElements(utf8('(dp0\nS"x"\nI1\ns.'))
    expect(await scanned(numbers)).toMatchObject({ verdict: 'clean' })
    const hiding = await scanned(withElements(hostile))
    expect(hiding).toMatchObject({
      verdict: 'suspicious',
      findings: [{ rule: 'pickle-carried' }],
    })
    const elsewhere = zip(
      { name: 'm/data.pkl', content: weights },
      { name: 'm/version', content: utf8('3\n') },
      { name: 'm/extra/0', content: hostile },
    )
    expect(await scanned(elsewhere)).toMatchObject({ verdict: 'malicious' })
  })
})
