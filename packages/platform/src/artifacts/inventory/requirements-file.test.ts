import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readableFiles } from '../../adapters/readable-files.ts'
import { collectInventory } from './collect.ts'
import { folderOf } from './disk.fixture.ts'
import { readRequirement } from './requirement.ts'

const pinOf = (text: string) => {
  const read = readRequirement(text, { path: 'r.txt', line: 1 })
  return read.kind === 'pinned' ? `${read.package.name} ${read.package.version}` : read.reason
}

test.each([
  ['Flask==2.2.4', 'flask 2.2.4'],
  ['zope.interface == 5.0', 'zope-interface 5.0'],
  ['A__b-.C===2004d', 'a-b-c 2004d'],
  [
    'requests [security, socks] >= 2.8.1, == 2.8.* , ==2.8.3 ; python_version < "2.7"',
    'requests 2.8.3',
  ],
  ['name (==1.0)', 'name 1.0'],
  ['torch==2.5.1+cu124 --hash=sha256:AA', 'torch 2.5.1+cu124'],
  ['numpy', 'unpinned'],
  ['numpy>=1', 'unpinned'],
  ['numpy==1.*', 'unpinned'],
  ['numpy~=1.2', 'unpinned'],
  ['a==1,==2', 'not-understood'],
  ['a=1', 'not-understood'],
  ['a==${VERSION}', 'not-understood'],
  ['pip @ https://example.org/pip-1.0.zip', 'not-from-a-registry'],
  ['./local.whl', 'not-from-a-registry'],
  ['/abs/local.whl', 'not-from-a-registry'],
  ['git+https://example.org/x.git#egg=x', 'not-from-a-registry'],
  ['https://example.org/x-1.0.whl', 'not-from-a-registry'],
  ['"; rm -rf /"', 'not-from-a-registry'],
  [`a==${'1'.repeat(70_000)}`, 'not-understood'],
])('%s is %s', (text, expected) => {
  expect(pinOf(text)).toBe(expected)
})

test('markers, extras and digests are kept', () => {
  const read = readRequirement(
    'a[X_y]==1 ; sys_platform == "win32" --hash=sha256:AB --hash sha512:cd',
    { path: 'r.txt', line: 3 },
  )
  expect(read).toMatchObject({
    package: {
      purl: 'pkg:pypi/a@1',
      marker: 'sys_platform == "win32"',
      extras: ['x-y'],
      hashes: ['sha256:ab', 'sha512:cd'],
      places: [{ path: 'r.txt', line: 3 }],
    },
  })
})

describe('files', () => {
  const read = async (files: Readonly<Record<string, string>>, name = 'app/requirements.txt') => {
    const folder = folderOf(files)
    const { packages, notChecked } = await collectInventory(readableFiles, join(folder, name))
    return {
      packages: packages.map((one) => `${one.name} ${one.version}`),
      lines: packages.map(({ places }) => places.map(({ line }) => line)),
      notChecked: notChecked.map(({ reason, what }) => `${reason}: ${what}`),
    }
  }

  test('comments, continuations, options and line numbers', async () => {
    const text = [
      '\uFEFF# a comment \\',
      '--index-url https://example.org/simple',
      'a==1 # why',
      'b==2 \\',
      '  # within',
      '  --hash=sha256:aa \\',
      '  --hash=sha256:bb',
      '',
      'c#d==3',
      'e==5 \\',
    ].join('\r\n')
    expect(await read({ 'app/requirements.txt': text })).toEqual({
      packages: ['a 1', 'b 2', 'e 5'],
      lines: [[3], [4], [10]],
      notChecked: ['not-understood: c#d==3'],
    })
  })

  test('includes, in a circle too, and constraints', async () => {
    const files = {
      'app/requirements.txt': '-r ../base.txt\n-c limits.txt\nb\nd>=1\n-r requirements.txt',
      'base.txt': 'a==1\n-r app/requirements.txt\n--requirement=more/base.txt\n',
      'more/base.txt': 'c==3',
      'app/limits.txt': 'B==2.0\nunused==9\nd==4',
    }
    expect(await read(files)).toMatchObject({
      packages: ['a 1', 'c 3', 'b 2.0', 'd 4'],
      notChecked: [],
    })
  })

  test('in a folder, what a file includes has its constraints', async () => {
    const folder = folderOf({
      'requirements.txt': '-r requirements-base.txt\n-c limits.txt\n',
      'requirements-base.txt': 'a>=1\n',
      'limits.txt': 'a==1.5\n',
    })
    const { packages, notChecked, files } = await collectInventory(readableFiles, folder)
    expect(packages.map(({ purl }) => purl)).toEqual(['pkg:pypi/a@1.5'])
    expect(notChecked).toEqual([])
    expect(files.map(({ path }) => path.slice(folder.length + 1))).toEqual([
      'limits.txt',
      'requirements-base.txt',
      'requirements.txt',
    ])
  })

  test('what is not followed is said', async () => {
    const files = {
      'app/requirements.txt':
        '-r ../../../etc/passwd\n-r /etc/passwd\n-r https://x.org/r.txt\n-r gone.txt\n-e .\n-e git+https://x.org/y',
    }
    const { packages, notChecked } = await read(files)
    expect(packages).toEqual([])
    expect(notChecked).toEqual([
      'include-refused: ../../../etc/passwd',
      'include-refused: /etc/passwd',
      'include-refused: https://x.org/r.txt',
      'include-refused: gone.txt',
      'not-from-a-registry: -e .',
      'not-from-a-registry: -e git+https://x.org/y',
    ])
  })

  test('who logs in at a URL is not repeated', async () => {
    const { notChecked } = await read({
      'app/requirements.txt':
        '-e git+https://ann:hun@ter2@example.org/x.git#egg=x\ny @ https://t0ken@example.org/y.zip\n-r https://t0ken@example.org/r.txt\n',
    })
    expect(notChecked).toEqual([
      'not-from-a-registry: -e git+https://…@example.org/x.git#egg=x',
      'include-refused: https://…@example.org/r.txt',
      'not-from-a-registry: y @ https://…@example.org/y.zip',
    ])
  })

  test('a link that lies inside and leads outside is not read: what it names would be shown', async () => {
    const outside = folderOf({ 'private.txt': 'user = someone\n' })
    const folder = folderOf({
      'app/requirements.txt': '-r away.txt\n-r around/private.txt\n-c away.txt\n-r within.txt\n',
      'app/real/pins.txt': 'flask==1.0\n',
    })
    symlinkSync(join(outside, 'private.txt'), join(folder, 'app/away.txt'))
    symlinkSync(outside, join(folder, 'app/around'))
    symlinkSync('real/pins.txt', join(folder, 'app/within.txt'))
    for (const path of [folder, join(folder, 'app/requirements.txt')]) {
      const { packages, notChecked } = await collectInventory(readableFiles, path)
      expect(packages.map(({ purl }) => purl)).toEqual(['pkg:pypi/flask@1.0'])
      expect(notChecked.map(({ reason, what }) => `${reason}: ${what}`)).toEqual([
        'include-refused: away.txt',
        'include-refused: around/private.txt',
        'include-refused: away.txt',
      ])
      expect(JSON.stringify(notChecked)).not.toContain('someone')
    }
  })

  test('a chain of includes ends', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`app/r${n}.txt`, `p${n}==1\n-r r${n + 1}.txt`]),
    )
    const { packages, notChecked } = await read(chain, 'app/r0.txt')
    expect(packages).toHaveLength(17)
    expect(notChecked).toEqual(['include-refused: r17.txt'])
  })

  test.each([
    ['neither UTF-8 nor marked', Uint8Array.of(0x61, 0xff)],
    ['UTF-16 cut off', Uint8Array.of(0xff, 0xfe, 0x61)],
  ])('bytes that are no text are not clean: %s', async (_, bytes) => {
    const folder = folderOf({ 'requirements.txt': bytes })
    const { notChecked } = await collectInventory(readableFiles, join(folder, 'requirements.txt'))
    expect(notChecked).toMatchObject([{ reason: 'unreadable' }])
  })

  test('UTF-16, as PowerShell redirects `pip freeze`', async () => {
    const little = Buffer.from('\uFEFFa==1\r\nb==2\r\n', 'utf16le')
    for (const bytes of [little, Buffer.from(little).swap16()]) {
      const folder = folderOf({ 'requirements.txt': bytes })
      const { packages } = await collectInventory(readableFiles, folder)
      expect(packages.map(({ purl }) => purl)).toEqual(['pkg:pypi/a@1', 'pkg:pypi/b@2'])
    }
  })
})
