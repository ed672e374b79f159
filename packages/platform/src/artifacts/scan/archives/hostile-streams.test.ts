// Streams and scripts that are made to cost time or memory, and such that other readers take as something else.

import { gzipSync } from 'node:zlib'
import { concatBytes, fromBase64, toBase64, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { bunzip } from '../../archives/bzip2-xz.ts'
import { bytesSource } from '../byte-source.ts'
import { codeIn, searchElements } from '../code-words.ts'
import { global, op, pickle, reduce, text } from '../pickle/pickle-bytes.fixture.ts'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import { zip } from './archive-bytes.fixture.ts'
import { checkScriptCode } from './script-code.ts'

type File = Uint8Array<ArrayBuffer>

function repeated(part: File, count: number): File {
  const bytes = new Uint8Array(part.length * count)
  for (let at = 0; at < bytes.length; at += part.length) bytes.set(part, at)
  return bytes
}

/** The letter `a`, and nothing, as Python's bz2 packs them at its lowest level. */
const letter = fromBase64('QlpoMTFBWSZTWRmTm2sAAAABACAAIAAhGEaC7kinChIDMnNtYA==')
const nothing = fromBase64('QlpoMRdyRThQkAAAAAA=')

describe('streams that hold next to nothing', () => {
  test.each([
    ['one letter each', letter],
    ['nothing', nothing],
  ])('bzip2: %s', async (_, stream) => {
    expect(await bunzip(repeated(stream, 1000), 4096)).toMatchObject({ fault: null })
    expect(await bunzip(repeated(stream, 3000), 4096)).toMatchObject({
      fault: 'its blocks hold next to nothing',
    })
  })

  test('gzip', async () => {
    const empty = new Uint8Array(gzipSync(''))
    expect(await scanned(repeated(empty, 1000))).toMatchObject({ verdict: 'clean' })
    const { findings } = await scanned(repeated(empty, 51_000))
    expect(findings[0]?.detail).toBe('the compressed stream: its members hold next to nothing')
  })
})

test('a stream of bzip2 that ends behind a block is cut off', async () => {
  expect(await bunzip(letter.slice(0, -10), 4096)).toMatchObject({ packedEnd: null })
})

/** A pickle that calls os.system, with a dictionary of a size that programs write seldom. */
const lzma = fromBase64('XQAAgAD//////////wBAAQgDvDC9NN4vXibQafM/sJifPX+58rkmf9kD///OYwAA')
test.each([
  ['of two gibibytes', [0, 0, 0, 0x80]],
  ['of two kibibytes', [0, 8, 0, 0]],
  ['of nothing', [0, 0, 0, 0]],
])('LZMA with a dictionary %s, as Python reads it', async (_, size) => {
  const file = concatBytes(lzma.slice(0, 1), op(...size), lzma.slice(5))
  expect(await rulesOf(file)).toEqual(['pickle-dangerous-import'])
})

test('zeros are no stream of LZMA', async () => {
  expect(await scanned(new Uint8Array(64).fill(0, 0, 60).fill(7, 60))).toMatchObject({
    format: 'unknown',
  })
})

/** `posix.system` as protocol 4 spells it, memo and all. */
const imported = concatBytes(
  op(0x8c, 5),
  utf8('posix'),
  op(0x94, 0x8c, 6),
  utf8('system'),
  op(0x94, 0x93),
)
test('imports of protocol 4 are told where a pickle cannot be read', async () => {
  expect(await rulesOf(concatBytes(op(0xff, 0xfe, 0), imported))).toContain('unread-code')
  const rules: string[] = []
  const finder = { found: (rule: string) => rules.push(rule), within: () => finder }
  searchElements(bytesSource(imported), finder)
  expect(rules).toEqual(['pickle-carried'])
})

test('one of several downloads is told, whichever is piped into a shell', () => {
  expect(codeIn('curl x wget y | sh')).toBe('wget y | sh')
  expect(codeIn('curl curl.se/wgets | sh')).toBe('curl curl.se/wgets | sh')
})

test('a name of a script is kept as far as it is judged', () => {
  const details: string[] = []
  const finder = {
    found: (_: string, __: unknown, what: string) => details.push(what),
    within: () => finder,
  }
  checkScriptCode(bytesSource(utf8(`ops.x${'.a'.repeat(9999)}`)), finder)
  expect(details[0]?.length).toBeLessThan(200)
})

test.each([
  'builtins.exec("import os")',
  '__builtins__.eval("1")',
  'getattr(os, "sys" + "tem")("id")',
  'runpy.run_path("x.py")',
])('code in a description: %s', (code) => {
  expect(codeIn(`A model. ${code}`)).not.toBeNull()
})

test('a pickle in base64 is carried whatever its lines', async () => {
  const inner = pickle(reduce(global('os', 'system'), text('id')))
  const lines = toBase64(inner).replaceAll(/.{12}/g, '$&\n')
  expect(await rulesOf(pickle(text(lines)))).toEqual(['pickle-carried'])
})

test.each(['run.ps1', 'a/run.BAT', 'run.sh'])('a script by its name: %s', async (name) => {
  expect(await rulesOf(zip({ name, content: utf8('start x\n') }))).toEqual(['packed-code'])
})

test('a script of another interpreter', async () => {
  const script = { name: 'bin/run', content: utf8('#!/usr/bin/env perl\nprint 1;\n') }
  expect(await rulesOf(zip(script))).toEqual(['packed-code'])
})

const handler = (source: string) => zip({ name: 'handler.py', content: utf8(source) })

describe('scripts packed with a model', () => {
  test.each([
    ['an old end of a line', 'x = 1\rimport subprocess'],
    ['a form feed', '\fimport subprocess'],
    ['lines that are joined', 'import json, \\\n  subprocess'],
    ['letters of another form', 'import ｓubprocess'],
    ['names in brackets', 'from os import (\n  path,\n  system,\n)'],
    ['another name of the module', 'import os as o\nf = o.system'],
    ['another name of the module, among others', 'import re, os as o\nf = o.system'],
    ['a call by any name', 'm.system("id")'],
    ['another encoding', '# -*- coding: utf_7 -*-\n+AGkAbQBwAG8AcgB0'],
    ['another encoding in the second line', '#!/usr/bin/python\n# coding=unicode_escape\n\\x69'],
    [
      'a loader of files',
      'import importlib.metadata\nimportlib.util.spec_from_file_location("a", "b")',
    ],
    ['a loader beside what is honest', 'from importlib import metadata, util'],
  ])('%s', async (_, source) => {
    expect(await rulesOf(handler(source))).toEqual(['packed-code'])
  })

  test.each([
    ['a version', 'from importlib.metadata import version\nimport importlib.resources as r\n'],
    ['a version by its module', 'from importlib import metadata as m\n'],
    ['a method called eval', 'class A:\n  def eval(self):\n    return self.train(False)\n'],
    ['what a system is called', 'import os as os\nimport platform\nplatform.system()\n'],
    ['an encoding', '# -*- coding: utf-8 -*-\nx = 1\n'],
  ])('honest: %s', async (_, source) => {
    expect(await scanned(handler(source))).toMatchObject({ verdict: 'clean', findings: [] })
  })
})
