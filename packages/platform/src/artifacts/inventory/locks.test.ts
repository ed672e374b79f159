import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readableFiles } from '../../adapters/readable-files.ts'
import { collectInventory } from './collect.ts'
import { folderOf } from './disk.fixture.ts'

async function read(files: Readonly<Record<string, string>>) {
  const { packages, notChecked } = await collectInventory(readableFiles, folderOf(files))
  return {
    purls: packages.map(({ purl }) => purl).toSorted(),
    notChecked: notChecked.map(({ reason, what }) => `${reason}: ${what}`).toSorted(),
    packages,
  }
}

describe('Python', () => {
  test('uv.lock, with what its project declares', async () => {
    const found = await read({
      'pyproject.toml': `[project]\nname = "own"\ndependencies = ["Flask>=2", "gone>1", "own @ file:.", "own-part"]\n[dependency-groups]\ndev = ["pytest==8.0", {include-group = "x"}]`,
      'uv.lock': `version = 1
[[package]]
name = "own"
version = "0.1"
source = { editable = "." }
[[package]]
name = "Own_Part"
version = "0.1"
source = { virtual = "packages/part" }
[[package]]
name = "aside"
version = "0.1"
source = { editable = "../aside" }
[[package]]
name = "flask"
version = "2.2.4"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "x", hash = "sha256:aa", size = 1 }
wheels = [{ url = "y", hash = "sha256:bb", size = 1 }]
[[package]]
name = "forked"
version = "1.0"
source = { git = "https://example.org/forked?rev=1" }
`,
    })
    expect(found.purls).toEqual([
      'pkg:pypi/aside@0.1',
      'pkg:pypi/flask@2.2.4',
      'pkg:pypi/forked@1.0',
      'pkg:pypi/pytest@8.0',
    ])
    expect(found.notChecked).toEqual([
      'not-from-a-registry: aside',
      'not-from-a-registry: forked',
      'unpinned: gone>1',
    ])
    const flask = found.packages.find(({ name }) => name === 'flask')
    expect(flask?.hashes.toSorted()).toEqual(['sha256:aa', 'sha256:bb'])
  })

  test('poetry.lock, pdm.lock, pylock.toml and Pipfile.lock', async () => {
    const found = await read({
      'a/poetry.lock': `[[package]]\nname = "A.a"\nversion = "1"\nfiles = [{file = "f", hash = "sha256:aa"}]\n[[package]]\nname = "g"\nversion = "2"\n[package.source]\ntype = "git"\nurl = "u"\n`,
      'a/pyproject.toml': `[tool.poetry.dependencies]\npython = "^3.9"\na-a = "^1"\nexact = "==4.0"\nloose = {version = ">1"}\nlocal = {path = "x"}`,
      'b/pdm.lock': `[[package]]\nname = "p"\nversion = "3"\n[[package]]\nname = "l"\nversion = "0"\npath = "./l"\n`,
      'c/pylock.toml': `lock-version = "1.0"\n[[packages]]\nname = "q"\nversion = "4"\nmarker = "python_version < '4'"\nwheels = [{name = "w", hashes = {sha256 = "cc"}}]\n[[packages]]\nname = "v"\n[packages.vcs]\ntype = "git"\n`,
      'd/Pipfile.lock': `{"_meta": {}, "default": {"r": {"version": "==5", "hashes": ["sha256:dd"]}, "e": {"path": "."}}, "develop": {"s": {"version": "==6"}}}`,
    })
    expect(found.purls).toEqual([
      'pkg:pypi/a-a@1',
      'pkg:pypi/exact@4.0',
      'pkg:pypi/g@2',
      'pkg:pypi/l@0',
      'pkg:pypi/p@3',
      'pkg:pypi/q@4',
      'pkg:pypi/r@5',
      'pkg:pypi/s@6',
    ])
    expect(found.notChecked).toEqual([
      'not-from-a-registry: e',
      'not-from-a-registry: g',
      'not-from-a-registry: l',
      'not-from-a-registry: local',
      'not-from-a-registry: v',
      'unpinned: e',
      'unpinned: loose',
      'unpinned: v',
    ])
  })

  test('an installed environment, and nothing of what lies within its packages', async () => {
    const site = 'venv/lib/python3.12/site-packages'
    const found = await read({
      [`${site}/Flask-2.2.4.dist-info/METADATA`]:
        'Metadata-Version: 2.1\nName: Flask\nVersion: 2.2.4\n\nName: other\n',
      [`${site}/old.egg-info/PKG-INFO`]: 'Name: old\r\nVersion: 1.0\r\n\r\n',
      [`${site}/broken-1.dist-info/METADATA`]: 'Name: broken\n\nVersion: 1\n',
      [`${site}/flask/requirements.txt`]: 'not-installed==1',
      [`${site}/flask/package.json`]: '{"dependencies": {"x": "^1"}}',
    })
    expect(found.purls).toEqual(['pkg:pypi/flask@2.2.4', 'pkg:pypi/old@1.0'])
    expect(found.notChecked).toHaveLength(1)
  })

  test("conda's environment: its own packages are listed, and have no advisories", async () => {
    const found = await read({
      'environment.yml':
        'dependencies:\n  - python=3.9\n  - conda-forge::numpy=1.2.3=py39_0\n  - scipy>=1\n  - pip:\n    - requests==2.19.1\n    - -r more.txt\n    - -i https://x\n',
    })
    expect(found.purls).toEqual([
      'pkg:conda/numpy@1.2.3',
      'pkg:conda/python@3.9',
      'pkg:pypi/requests@2.19.1',
    ])
    expect(found.notChecked).toEqual(['include-refused: -r more.txt', 'unpinned: scipy>=1'])
  })
})

describe('npm', () => {
  test('lockfile version 3: names, scopes, aliases, workspaces, repositories', async () => {
    const found = await read({
      'package.json': '{"dependencies": {"lodash": "^4", "gone": "*", "own-part": "1"}}',
      'package-lock.json': JSON.stringify({
        lockfileVersion: 3,
        packages: {
          '': { name: 'own', version: '1.0.0' },
          'packages/own-part': { version: '1.0.0' },
          'node_modules/own-part': { resolved: 'packages/own-part', link: true },
          'node_modules/lodash': { version: '4.17.20', integrity: 'sha512-AQI=' },
          'node_modules/@a/b': { version: '1.0.0' },
          'node_modules/@a/b/node_modules/lodash': { version: '3.0.0' },
          'node_modules/alias': { name: 'real', version: '2.0.0' },
          'node_modules/forked': { version: '1.1.0', resolved: 'git+ssh://git@x.org/f.git#1' },
        },
      }),
    })
    expect(found.purls).toEqual([
      'pkg:npm/%40a/b@1.0.0',
      'pkg:npm/forked@1.1.0',
      'pkg:npm/lodash@3.0.0',
      'pkg:npm/lodash@4.17.20',
      'pkg:npm/real@2.0.0',
    ])
    expect(found.notChecked).toEqual(['not-from-a-registry: forked', 'unpinned: gone@*'])
    expect(found.packages.find(({ version }) => version === '4.17.20')?.hashes).toEqual([
      'sha512:0102',
    ])
  })

  test('lockfile version 1: a tree', async () => {
    const found = await read({
      'npm-shrinkwrap.json': JSON.stringify({
        lockfileVersion: 1,
        dependencies: {
          a: { version: '1.0.0', dependencies: { b: { version: '2.0.0' } } },
          c: { version: 'npm:@real/c@3.0.0' },
          d: { version: 'github:x/d#1' },
          part: { version: 'file:packages/part', dependencies: { e: { version: '4.0.0' } } },
          packed: { version: 'file:vendor/packed.tgz' },
          aside: { version: 'file:../aside' },
        },
      }),
    })
    expect(found.purls).toEqual([
      'pkg:npm/%40real/c@3.0.0',
      'pkg:npm/a@1.0.0',
      'pkg:npm/b@2.0.0',
      'pkg:npm/e@4.0.0',
    ])
    expect(found.notChecked).toEqual([
      'not-from-a-registry: aside',
      'not-from-a-registry: d',
      'not-from-a-registry: packed',
    ])
  })

  test('installed packages without a lock beside them', async () => {
    const hidden = '{"packages": {"node_modules/a": {"version": "1.0.0"}}}'
    const alone = await read({ 'node_modules/.package-lock.json': hidden })
    expect(alone.purls).toEqual(['pkg:npm/a@1.0.0'])
    const locked = await read({
      'node_modules/.package-lock.json': hidden,
      'package-lock.json': '{"packages": {"node_modules/b": {"version": "1.0.0"}}}',
    })
    expect(locked.purls).toEqual(['pkg:npm/b@1.0.0'])
  })
})

test('a BOM is an inventory', async () => {
  const found = await read({
    'x.cdx.json': JSON.stringify({
      bomFormat: 'CycloneDX',
      components: [
        {
          type: 'library',
          name: 'a',
          purl: 'pkg:pypi/A@1.0%2Bcu1',
          components: [{ type: 'library', name: 'b', purl: 'pkg:npm/%40s/b@2' }],
        },
        { type: 'library', name: 'nameless' },
        { type: 'library', name: 'versionless', purl: 'pkg:pypi/versionless' },
        { type: 'data', name: 'rows' },
        // Others list what the packages stand in.
        { type: 'operating-system', name: 'debian', version: '12' },
        {
          type: 'library',
          name: 'z',
          purl: 'pkg:deb/debian/zlib1g@1.2.13-1?arch=amd64&distro=debian-12&upstream=zlib',
        },
        { type: 'library', name: 'c', purl: 'pkg:gem/c@1' },
        { type: 'library', name: 'd', purl: 'pkg:cargo/d@1.0.0' },
        { type: 'library', name: 'e', purl: 'pkg:golang/x.org/e@v1.0.0' },
      ],
    }),
  })
  expect(
    found.packages.map(({ ecosystem, name, version, source }) => [
      ecosystem,
      name,
      version,
      source,
    ]),
  ).toEqual([
    ['PyPI', 'a', '1.0+cu1', undefined],
    ['npm', '@s/b', '2', undefined],
    ['Debian:12', 'zlib1g', '1.2.13-1', { name: 'zlib', version: '1.2.13-1' }],
    [null, 'c', '1', undefined],
    ['crates.io', 'd', '1.0.0', undefined],
    ['Go', 'x.org/e', 'v1.0.0', undefined],
  ])
  expect(found.notChecked).toEqual([
    'not-understood: pkg:pypi/versionless',
    'unknown-ecosystem: nameless',
  ])
})

test.each([
  ['uv.lock', '[[package'],
  ['package-lock.json', '{"packages": {'],
  ['package-lock.json', '[]'],
  ['Pipfile.lock', '{"a": 1, "a": 2}'],
  ['pyproject.toml', `a = ${'['.repeat(5_000)}`],
  ['environment.yml', 'a: &x [1]\nb: *x'],
  ['x.cdx.json', '{"bomFormat": "SPDX"}'],
])('%s that is broken or unknown is not clean', async (name, text) => {
  const { packages, notChecked } = await read({ [name]: text })
  expect(packages).toEqual([])
  expect(notChecked).toHaveLength(1)
})

test('a BOM by any name, wherever it says that it is one', async () => {
  const components = Array.from({ length: 200 }, (_, n) => ({ purl: `pkg:pypi/name-${n}@1.0` }))
  const text = JSON.stringify({ components, bomFormat: 'CycloneDX' })
  const path = join(folderOf({ 'environment.json': text }), 'environment.json')
  expect((await collectInventory(readableFiles, path)).packages).toHaveLength(200)
})

test('a file of no known form is refused', async () => {
  const path = join(folderOf({ 'model.bin': 'x' }), 'model.bin')
  await expect(collectInventory(readableFiles, path)).rejects.toMatchObject({
    code: 'inventory-malformed',
  })
})
