import { hash } from 'node:crypto'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readableFiles } from '../../adapters/readable-files.ts'
import type { BomContent } from '../bom/bom-content.ts'
import { cyclonedxBom } from '../bom/cyclonedx.ts'
import { packagesOfBom } from './bom-packages.ts'
import { collectInventory } from './collect.ts'
import { folderOf, type TarFile, tarOf } from './disk.fixture.ts'
import { ecosystemOf } from './operating-system.ts'
import type { Package } from './package.ts'

const debian = 'PRETTY_NAME="Debian"\nID=debian\nVERSION_ID="12"\n'
const emptyBill: BomContent = {
  name: 'root',
  version: null,
  model: null,
  assessment: null,
  data: [],
  packages: [],
  notNamed: [],
  tool: { name: 'proofhouse', version: '0.1.0' },
  time: '2026-01-01T00:00:00.000Z',
}
const status = `Package: zlib1g
Status: install ok installed
Architecture: amd64
Source: zlib (1:1.2.13.dfsg-1)
Version: 1:1.2.13.dfsg-1+b1
Description: text
 Package: not-this

Package: removed
Status: deinstall ok config-files
Version: 1

Package: base-files
Status: install ok installed
Architecture: amd64
Version: 12.4
`
const alpine = 'ID=alpine\nVERSION_ID=3.19.1\n'
const installed =
  'C:Q1abc\nP:libssl3\nV:3.1.4-r5\nA:x86_64\no:openssl\nF:lib\n\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n'

const expectedDebian = [
  'pkg:deb/debian/base-files@12.4?arch=amd64&distro=debian-12',
  'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1%2Bb1?arch=amd64&distro=debian-12&upstream=zlib%401:1.2.13.dfsg-1',
]

async function read(path: string) {
  const inventory = await collectInventory(readableFiles, path)
  return { ...inventory, purls: inventory.packages.map(({ purl }) => purl).toSorted() }
}

test('dpkg in a root file system', async () => {
  const { packages, purls, notChecked } = await read(
    folderOf({ 'etc/os-release': debian, 'var/lib/dpkg/status': status }),
  )
  expect(purls).toEqual(expectedDebian)
  expect(notChecked).toEqual([])
  expect(packages[0]).toMatchObject({
    ecosystem: 'Debian:12',
    name: 'zlib1g',
    source: { name: 'zlib', version: '1:1.2.13.dfsg-1' },
  })
})

test('links are not followed, and said where they would name packages', async () => {
  const folder = folderOf({ 'a/x.txt': 'a==1', 'a/usr/lib/os-release': debian })
  mkdirSync(join(folder, 'a/etc'))
  symlinkSync('../usr/lib/os-release', join(folder, 'a/etc/os-release'))
  symlinkSync('x.txt', join(folder, 'a/requirements.txt'))
  symlinkSync(folder, join(folder, 'a/round'))
  const { packages, notChecked } = await read(folder)
  expect(packages).toEqual([])
  expect(notChecked).toMatchObject([{ reason: 'unreadable', what: `${folder}/a/requirements.txt` }])
})

test('a bill of what is installed is read back as it was, rebuilt packages with their source', async () => {
  const folder = folderOf({
    'etc/os-release': debian,
    'var/lib/dpkg/status':
      'Package: bash\nArchitecture: amd64\nSource: bash (5.2.15-2)\nVersion: 5.2.15-2+b8\n\n' +
      'Package: libcap2\nSource: libcap (1:2.66-4)\nVersion: 1:2.66-4+b2\n\n' +
      'Package: gzip\nVersion: 1.12-1\n',
    'go.mod': 'go 1.24\nrequire github.com/A/b v1.0.0+incompatible\n',
    'yarn.lock': '"@a/b@^1":\n  version "1.0.0"\n',
    'requirements.txt': 'torch==2.5.1+cu124\n',
  })
  const { packages } = await collectInventory(readableFiles, folder)
  const bill = cyclonedxBom({ ...emptyBill, packages }, '1.7')
  const identity = ({ purl, ecosystem, name, version, source }: Package) => ({
    purl,
    ecosystem,
    name,
    version,
    source,
  })
  const byPurl = (a: Package, b: Package) => (a.purl < b.purl ? -1 : 1)
  expect(packagesOfBom(bill, 'bill').packages.toSorted(byPurl).map(identity)).toEqual(
    packages.toSorted(byPurl).map(identity),
  )
  expect(packages.map(({ purl }) => purl)).toContain(
    'pkg:deb/debian/bash@5.2.15-2%2Bb8?arch=amd64&distro=debian-12&upstream=bash%405.2.15-2',
  )
})

test('apk, by its file alone too', async () => {
  const folder = folderOf({ 'usr/lib/os-release': alpine, 'lib/apk/db/installed': installed })
  for (const path of [folder, join(folder, 'lib/apk/db/installed')]) {
    const { packages } = await read(path)
    expect(packages.map(({ ecosystem, name, source }) => [ecosystem, name, source?.name])).toEqual([
      ['Alpine:v3.19', 'libssl3', 'openssl'],
      ['Alpine:v3.19', 'musl', undefined],
    ])
  }
})

test.each([
  ['debian', '12', '', 'Debian:12'],
  ['debian', '', '', null],
  ['ubuntu', '22.04', '22.04.3 LTS (Jammy)', 'Ubuntu:22.04:LTS'],
  ['ubuntu', '23.10', '23.10', 'Ubuntu:23.10'],
  ['alpine', '3.20_alpha', '', null],
  ['wolfi', '20230201', '', 'Wolfi'],
  ['fedora', '40', '', null],
])('%s %s is %s', (id, versionId, version, expected) => {
  expect(ecosystemOf({ id, versionId, version })).toBe(expected)
})

describe('images', () => {
  const base: readonly TarFile[] = [
    { name: './etc/os-release', content: debian },
    { name: 'var/lib/dpkg/status', content: status },
    {
      name: 'app/package-lock.json',
      content: '{"packages": {"node_modules/a": {"version": "1.0.0"}}}',
    },
    { name: 'opt/site-packages/x-1.dist-info/METADATA', content: 'Name: x\nVersion: 1\n' },
    { name: 'opt/site-packages/y-1.dist-info/METADATA', content: 'Name: y\nVersion: 1\n' },
  ]
  const hidden: TarFile = {
    name: 'new/old-1.dist-info/METADATA',
    content: 'Name: old\nVersion: 1\n',
  }
  const top: readonly TarFile[] = [
    { name: 'app/.wh.package-lock.json' },
    { name: 'opt/site-packages/.wh.x-1.dist-info' },
    { name: 'new', type: '5' },
    { name: 'new/.wh..wh..opq' },
    { name: `new/${'deep/'.repeat(9)}z-2.dist-info/METADATA`, content: 'Name: z\nVersion: 2\n' },
    {
      name: 'new/w-2.dist-info/METADATA',
      type: '1',
      target: `new/${'deep/'.repeat(9)}z-2.dist-info/METADATA`,
    },
  ]
  const expected = [...expectedDebian, 'pkg:pypi/y@1', 'pkg:pypi/z@2']

  test('docker save: layers over each other, whiteouts, hard links', async () => {
    const archive = tarOf([
      { name: 'one/layer.tar', content: tarOf([...base, hidden]) },
      { name: 'manifest.json', content: '[{"Layers": ["one/layer.tar", "two/layer.tar"]}]' },
      { name: 'two/layer.tar', content: gzipSync(tarOf(top)) },
    ])
    const path = join(folderOf({ 'image.tar': archive }), 'image.tar')
    const { purls, notChecked, files } = await read(path)
    expect(purls).toEqual(expected)
    expect(notChecked).toEqual([])
    expect(files).toMatchObject([{ path }])
    expect(files[0]?.sha256).toBe(hash('sha256', archive))
  })

  test('an OCI layout with an index of indexes and zstd', async () => {
    const blob = (name: string, content: string | Uint8Array) => ({
      name: `blobs/sha256/${name}`,
      content,
    })
    const archive = tarOf([
      { name: 'index.json', content: '{"manifests": [{"digest": "sha256:list"}]}' },
      blob('list', '{"manifests": [{"digest": "sha256:man"}]}'),
      blob('man', '{"layers": [{"digest": "sha256:l1"}, {"digest": "sha256:l2"}]}'),
      blob('l1', zstdCompressSync(tarOf(base))),
      blob('l2', tarOf(top)),
    ])
    const { purls } = await read(join(folderOf({ 'image.tar': archive }), 'image.tar'))
    expect(purls).toEqual(expected)
  })

  test('docker export: a root file system', async () => {
    const path = join(folderOf({ 'root.tar': tarOf(base) }), 'root.tar')
    const { purls, manifests } = await read(path)
    expect(purls).toEqual(
      [...expectedDebian, 'pkg:npm/a@1.0.0', 'pkg:pypi/x@1', 'pkg:pypi/y@1'].toSorted(),
    )
    expect(manifests).toBe(4)
  })

  test('images in one archive do not hide each other, and statements about one are no image', async () => {
    const packaged = (id: string, content: string) =>
      tarOf([
        { name: 'etc/os-release', content: `ID=debian\nVERSION_ID="${id}"\n` },
        { name: 'var/lib/dpkg/status', content },
      ])
    const layers = [
      { name: 'one', content: packaged('11', 'Package: a\nVersion: 1\n') },
      { name: 'two', content: packaged('12', 'Package: b\nVersion: 1\n') },
    ]
    const saved = tarOf([
      ...layers,
      {
        name: 'manifest.json',
        content: '[{"Layers": ["one"]}, {"Layers": ["two"]}, {"Layers": ["one"]}]',
      },
    ])
    const descriptor = (digest: string, type?: string) => ({
      digest: `sha256:${digest}`,
      annotations: type === undefined ? {} : { 'vnd.docker.reference.type': type },
    })
    const blob = (name: string, content: object | Uint8Array) => ({
      name: `blobs/sha256/${name}`,
      content: content instanceof Uint8Array ? content : JSON.stringify(content),
    })
    const layout = tarOf([
      {
        name: 'index.json',
        content: JSON.stringify({
          manifests: [descriptor('m1'), descriptor('m2'), descriptor('m3', 'attestation-manifest')],
        }),
      },
      blob('m1', { layers: [descriptor('one')] }),
      blob('m2', { layers: [descriptor('two')] }),
      blob('m3', { layers: [descriptor('statement')] }),
      blob('statement', { _type: 'https://in-toto.io/Statement/v0.1' }),
      ...layers.map(({ name, content }) => blob(name, content)),
    ])
    for (const archive of [saved, layout]) {
      const { packages } = await read(join(folderOf({ 'all.tar': archive }), 'all.tar'))
      expect(packages.map(({ ecosystem, name }) => [ecosystem, name])).toEqual([
        ['Debian:11', 'a'],
        ['Debian:12', 'b'],
      ])
    }
  })

  test('long names, as pax and as GNU tar write them', async () => {
    const long = `${'folder/'.repeat(40)}a-1.dist-info/METADATA`
    const record = ` path=${long}\n`
    const layer = tarOf([
      { name: 'x', type: 'x', content: `${record.length + 3}${record}` },
      { name: 'short', content: 'Name: a\nVersion: 1\n' },
      { name: '././@LongLink', type: 'L', content: `${long.replace('a-1', 'b-1')}\0` },
      { name: 'short', content: 'Name: b\nVersion: 1\n' },
      { name: 'short', content: 'Name: c\nVersion: 1\n' },
    ])
    const { purls } = await read(join(folderOf({ 'image.tar': layered(layer) }), 'image.tar'))
    expect(purls).toEqual(['pkg:pypi/a@1', 'pkg:pypi/b@1'])
  })

  const layered = (layer: Uint8Array) =>
    tarOf([
      { name: 'manifest.json', content: '[{"Layers": ["l"]}]' },
      { name: 'l', content: layer },
    ])
  const corrupt = Buffer.from(tarOf(base))
  corrupt[1] = 0x7a
  test.each([
    ['no image', tarOf([{ name: 'x', content: 'y' }])],
    ['a missing layer', tarOf([{ name: 'manifest.json', content: '[{"Layers": ["l"]}]' }])],
    ['a layer cut off', layered(tarOf(base).subarray(0, 700))],
    ['a compressed layer cut off', layered(gzipSync(tarOf(base)).subarray(0, 100))],
    ['a header that was changed', layered(corrupt)],
    ['a manifest that is no JSON', tarOf([{ name: 'manifest.json', content: '{' }])],
    [
      'an index that names itself',
      tarOf([
        { name: 'index.json', content: '{"manifests": [{"digest": "sha256:a"}]}' },
        { name: 'blobs/sha256/a', content: '{"manifests": [{"digest": "sha256:a"}]}' },
      ]),
    ],
  ])('%s is refused', async (what, archive) => {
    const path = join(folderOf({ 'image.tar': archive }), 'image.tar')
    const code = what.startsWith('an index') ? 'limit-exceeded' : 'inventory-malformed'
    await expect(collectInventory(readableFiles, path)).rejects.toMatchObject({ code })
  })
})
