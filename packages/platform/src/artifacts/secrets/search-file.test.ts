import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { fingerprinter, formatBaseline, parseBaseline } from './baseline.ts'
import { inMemory } from './file-content.ts'
import { notebookParts } from './notebook-parts.ts'
import { packedByPython } from './packed.fixture.ts'
import { searchFile } from './search-file.ts'
import { sample, withChecksum, zipped } from './secrets.fixture.ts'

const key = new Uint8Array(32).fill(7)
const seal = fingerprinter(key)
const search = (path: string, content: string | Uint8Array) =>
  searchFile(
    path,
    inMemory(typeof content === 'string' ? Buffer.from(content) : content),
    seal(path),
  )
const token = withChecksum('ghp_')

describe('places', () => {
  test('by line and column, in UTF-16 code units', async () => {
    const { findings } = await search('a.py', `# first\r\n# второй\nx = "😀 ${token}"\n`)
    expect(findings).toMatchObject([{ place: { kind: 'line', line: 3, column: 9 }, length: 40 }])
  })

  test('UTF-16 is decoded', async () => {
    const text = `\ufeffline one\r\n$t = "${token}"\r\n`
    const { findings } = await search('a.ps1', Buffer.from(text, 'utf16le'))
    expect(findings).toMatchObject([{ place: { line: 2, column: 7 } }])
    const { findings: swapped } = await search('a.ps1', Buffer.from(text, 'utf16le').swap16())
    expect(swapped).toMatchObject([{ place: { line: 2, column: 7 } }])
  })

  test('binary files by offset', async () => {
    const bytes = Buffer.concat([Buffer.alloc(1000), Buffer.from(`\x8c\x28${token}\x94`, 'latin1')])
    const { findings } = await search('model.pkl', bytes)
    expect(findings).toMatchObject([{ place: { kind: 'offset', offset: 1002 } }])
  })

  test('wide text in binary files: UTF-16 and UTF-32', async () => {
    const wide = (width: 2 | 4) =>
      Buffer.concat([
        Buffer.alloc(17, 0xfe),
        ...Array.from(`key ${token} `, (character) => Buffer.from(character.padEnd(width, '\0'))),
        Buffer.alloc(40, 0xfe),
      ])
    for (const width of [2, 4] as const) {
      const { findings } = await search('a.npy', wide(width))
      expect(findings).toMatchObject([
        { rule: 'github-token', length: 40, place: { kind: 'offset', offset: 17 + 4 * width } },
      ])
    }
  })

  test('a large file is searched in pieces, and each secret told once, wherever it lies', async () => {
    const sizeBytes = 17 * 1_048_576
    const line = 64
    const places = [0, 4 * 1_048_576 - 20, 8 * 1_048_576 + 1, 12 * 1_048_576, sizeBytes - 60]
    const tokens = places.map(() => withChecksum('ghp_'))
    const bytes = Buffer.alloc(sizeBytes, ' ')
    for (let at = line - 1; at < sizeBytes; at += line) bytes[at] = 0x0a
    places.forEach((at, n) => bytes.write(`${tokens[n]} `, at))
    const expected = places.map((at) => {
      const newlines = bytes.toString('latin1', 0, at).split('\n').length - 1
      return [newlines + 1, at - bytes.subarray(0, at).lastIndexOf(0x0a)]
    })
    const { findings, incomplete } = await search('big.log', bytes)
    expect(incomplete).toEqual([])
    expect(
      findings.map(({ place }) => (place.kind === 'line' ? [place.line, place.column] : null)),
    ).toEqual(expected)
    expect(findings.map(({ fingerprint }) => fingerprint)).toEqual(
      tokens.map((text) => seal('big.log')('github-token', text)),
    )
  })
})

describe('comments that allow', () => {
  test.each([
    [`x = "${token}"  # proofhouse:allow-secret key of a published test`, 0, 1],
    [`# proofhouse:allow-secret key of a published test\nx = "${token}"`, 0, 1],
    [`# proofhouse:allow-secret key of a published test\n\nx = "${token}"`, 1, 0],
    [`y = 1 # proofhouse:allow-secret another line's\nx = "${token}"`, 1, 0],
    [`x = "${token}"  # proofhouse:allow-secret`, 1, 0],
    [`x = "${token}"  # proofhouse:allow-secret */`, 1, 0],
  ])('%s', async (text, found, allowed) => {
    const result = await search('a.py', text)
    expect([result.findings.length, result.allowed]).toEqual([found, allowed])
  })

  test('one without a reason is told', async () => {
    const { findings } = await search('a.py', `x = "${token}"  # proofhouse:allow-secret`)
    expect(findings[0]?.remark).toContain('gives no reason')
  })
})

describe('notebooks', () => {
  const notebook = (cells: readonly object[], rest: object = {}) =>
    JSON.stringify({ nbformat: 4, cells, metadata: {}, ...rest })

  test('cells by number and line, outputs, metadata; not the payload of an image', async () => {
    const value = sample('{w:32}')
    const cells = [
      { cell_type: 'markdown', source: ['# title'] },
      {
        cell_type: 'code',
        source: ['import os\n', `os.environ["API_KEY"] = "${value}"`],
        outputs: [
          { output_type: 'stream', text: ['ok\n', 'fine\n', `got ${token}\n`] },
          {
            output_type: 'display_data',
            data: { 'image/png': `xx ${withChecksum('ghp_')} xx`, 'text/plain': ['<Figure>'] },
          },
          { output_type: 'error', traceback: [`  password: ${sample('hf_{w:34}')}`] },
        ],
      },
    ]
    const { findings } = await search(
      'a.ipynb',
      notebook(cells, { metadata: { author_token: sample('{w:32}') } }),
    )
    expect(findings.map(({ rule, place }) => [rule, place])).toEqual([
      ['assigned-key', { kind: 'cell', cell: 2, part: 'source', line: 2, column: 26 }],
      ['github-token', { kind: 'cell', cell: 2, part: 'output', line: 3, column: 5 }],
      ['huggingface-token', { kind: 'cell', cell: 2, part: 'output', line: 1, column: 13 }],
      ['assigned-key', { kind: 'cell', cell: null, part: 'metadata', line: 2, column: 19 }],
    ])
  })

  test('nbformat 3 has its cells in worksheets', () => {
    const old = {
      nbformat: 3,
      worksheets: [{ cells: [{ input: ['a\n', 'b'], outputs: [{ png: 'AAAA', text: ['c'] }] }] }],
    }
    expect(notebookParts(JSON.stringify(old))?.map(({ text }) => text.trim())).toEqual([
      'a\nb',
      'c',
    ])
  })

  test('a broken one is searched as text, and is not wholly searched', async () => {
    const result = await search('a.ipynb', `{"cells": [{"source": "${token}"`)
    expect(result.findings).toMatchObject([{ rule: 'github-token', place: { kind: 'line' } }])
    expect(result.incomplete).toHaveLength(1)
  })
})

describe('archives', () => {
  const inside = Buffer.from(`t = "${token}"`)

  test('members of zip archives, packed and stored, and archives in archives', async () => {
    const inner = zipped({ 'deep/a.py': inside })
    const zip = zipped(
      { 'a.py': inside, 'b.py': inside, 'c.zip': inner, 'empty/': new Uint8Array() },
      ['b.py'],
    )
    const result = await search('x.whl', zip)
    expect(result.findings.map(({ member }) => member)).toEqual(['a.py', 'b.py', 'c.zip!deep/a.py'])
    expect(result.incomplete).toEqual([])
  })

  test('gzip, zlib and Zstandard; a text that begins like zlib is a text', async () => {
    for (const packed of [gzipSync(inside), zstdCompressSync(inside), deflateSync(inside)])
      expect((await search('a.py.gz', packed)).findings).toMatchObject([
        { member: null, place: { line: 1 } },
      ])
    const text = await search('a.md', `x^2 = "${token}"`)
    expect(text).toMatchObject({ findings: [{ place: { line: 1, column: 8 } }], incomplete: [] })
  })

  test.each([
    ['bzip2', packedByPython.bz2],
    ['bzip2, two streams', Buffer.concat([packedByPython.bz2, packedByPython.bz2])],
    ['xz', packedByPython.xz],
    ['xz, two streams', Buffer.concat([packedByPython.xz, packedByPython.xz])],
    ['a zip with a member in bzip2', packedByPython.zip],
  ])('%s', async (_, packed) => {
    const { findings, incomplete } = await search('a.py.xz', packed)
    expect(incomplete).toEqual([])
    expect(findings.length).toBeGreaterThan(0)
    for (const finding of findings) expect(finding.rule).toBe('github-token')
    const cut = await search('a.py.xz', packed.subarray(0, -9))
    expect(cut.incomplete.length).toBeGreaterThan(0)
  })

  test('what stands behind a stream, or before an archive, is not passed over', async () => {
    const nothing = Buffer.from('nothing')
    for (const packed of [deflateSync(nothing), zstdCompressSync(nothing)])
      expect((await search('a', Buffer.concat([packed, inside]))).findings).toMatchObject([
        { member: 'behind the stream' },
      ])
    // As `zipapp` writes it with offsets from the file's beginning, and as `cat` does with those of the archive.
    const zip = zipped({ 'a.py': inside })
    const application = Buffer.concat([Buffer.from('#!/usr/bin/env python3\n'), zip])
    expect((await search('a.pyz', application)).findings).toMatchObject([{ member: 'a.py' }])
    const counted = Buffer.from(application)
    const shift = application.length - zip.length
    const [entry, end] = [counted.indexOf('PK\x01\x02'), counted.indexOf('PK\x05\x06')]
    counted.writeUInt32LE(counted.readUInt32LE(entry + 42) + shift, entry + 42)
    counted.writeUInt32LE(counted.readUInt32LE(end + 16) + shift, end + 16)
    expect((await search('a.pyz', counted)).findings).toMatchObject([{ member: 'a.py' }])
  })

  test('what is broken, encrypted, too deep, too large or of another kind is never searched and clean', async () => {
    const zip = zipped({ 'a.py': inside })
    const encrypted = Buffer.from(zip)
    encrypted[zip.indexOf('PK\x01\x02') + 8] = 1
    let nested: Uint8Array = inside
    for (let depth = 0; depth < 6; depth++) nested = gzipSync(nested)
    const hostile: readonly Uint8Array[] = [
      zip.subarray(0, -10),
      encrypted,
      nested,
      gzipSync(Buffer.alloc(65 * 1_048_576), { level: 1 }),
      gzipSync(inside).subarray(0, 20),
      Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 1, 2]),
      Buffer.from('BZh91AY&SY'),
    ]
    for (const bytes of hostile) {
      const result = await search('x', bytes)
      expect(result.incomplete.length).toBeGreaterThan(0)
      expect(result.findings).toEqual([])
    }
  })

  test('members that overlap are not searched again and again', async () => {
    const zip = zipped(
      Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`m${n}`, Buffer.alloc(2_000)])),
      Array.from({ length: 50 }, (_, n) => `m${n}`),
    )
    for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 1)) {
      zip.writeUInt32LE(zip.length - 40_000, at + 20)
      zip.writeUInt32LE(0, at + 42)
    }
    expect((await search('x.zip', zip)).incomplete).toEqual(['its members overlap'])
  })

  test('every byte of an archive may be changed: nothing breaks', async () => {
    const zip = zipped({ 'a.py': inside })
    for (let at = 4; at < zip.length; at++) {
      const changed = Buffer.from(zip)
      changed[at] = (changed[at] ?? 0) ^ 0xff
      const { findings, incomplete } = await search('x.zip', changed)
      expect(findings.length + incomplete.length).toBeLessThanOrEqual(2)
    }
  })
})

describe('baseline', () => {
  test('fingerprints depend on key, rule, path and secret, and hold none of it', () => {
    const other = fingerprinter(new Uint8Array(32).fill(8))
    const all = [
      seal('a')('r', 'hunter2'),
      seal('b')('r', 'hunter2'),
      seal('a')('s', 'hunter2'),
      seal('a')('r', 'hunter3'),
      seal('a')('r', token),
      other('a')('r', 'hunter2'),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(seal('a')('r', 'hunter2')).toBe(all[0])
    for (const fingerprint of all) expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
  })

  test('what is written is read again, and holds no secret', async () => {
    const { findings } = await search('a.py', `t = "${token}"`)
    const text = formatBaseline(
      key,
      findings.map((finding) => ({ ...finding, path: 'a.py', history: null })),
    )
    expect(parseBaseline(Buffer.from(text), 'b')).toEqual({
      key,
      known: new Set(findings.map(({ fingerprint }) => fingerprint)),
    })
    expect(text).not.toContain(token.slice(4, 12))
  })

  test.each([
    '',
    '{}',
    '[]',
    'null',
    '{"format":"https://proofhouse.dev/secrets-baseline/v1","key":"AA==","known":[]}',
  ])('refuses %s', (text) => {
    expect(() => parseBaseline(Buffer.from(text), 'b.json')).toThrow(/baseline `b\.json`/)
  })
})
