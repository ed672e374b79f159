// What projects declare without a lock, and what is installed without a record beside it: named, or said.

import { describe, expect, test } from 'vitest'
import { readableFiles } from '../../adapters/readable-files.ts'
import { collectInventory } from './collect.ts'
import { folderOf } from './disk.fixture.ts'

async function read(files: Readonly<Record<string, string>>) {
  const { packages, notChecked } = await collectInventory(readableFiles, folderOf(files))
  return {
    purls: packages.map(({ purl }) => purl).toSorted(),
    notChecked: notChecked
      .map(({ reason, what }) => `${reason}: ${what.replace(/^\/.*\//u, '')}`)
      .toSorted(),
    packages,
  }
}

describe('declared', () => {
  test('setup.cfg is read, what it asks of its own name is no package, and a setup.py is said', async () => {
    const cfg = `[metadata]
name = Own_Name
[options]
install_requires =
    flask==2.2.4
    # a comment
    requests>=2 ; python_version > "3"  # and another
python_requires = >=3.8
[options.extras_require]
all = own-name[plots]
plots =
    matplotlib==3.8.0
`
    const found = await read({
      'setup.cfg': cfg,
      'setup.py': 'from setuptools import setup\nsetup()',
      'other/setup.py': 'setup(install_requires=["x"])',
    })
    expect(found.purls).toEqual(['pkg:pypi/flask@2.2.4', 'pkg:pypi/matplotlib@3.8.0'])
    expect(found.notChecked).toEqual([
      'format-not-read: setup.py',
      'unpinned: requests>=2 ; python_version > "3"',
    ])
    const locked = await read({ 'setup.cfg': cfg, 'requirements.txt': 'requests==2.31.0\n' })
    expect(locked.notChecked).toEqual([])
  })

  test('requirements.in is what requirements.txt is compiled from', async () => {
    const asked = { 'requirements.in': 'flask\nnumpy\n' }
    expect((await read(asked)).notChecked).toEqual(['unpinned: flask', 'unpinned: numpy'])
    const compiled = await read({ ...asked, 'requirements.txt': 'flask==2.2.4\n' })
    expect(compiled.purls).toEqual(['pkg:pypi/flask@2.2.4'])
    expect(compiled.notChecked).toEqual(['unpinned: numpy'])
  })

  test('environments of conda by other names', async () => {
    const pip = 'dependencies:\n  - pip:\n    - flask==2.2.4\n'
    const found = await read({ 'environment-dev.yml': pip, 'gpu_environment.yaml': pip })
    expect(found.packages[0]?.places).toHaveLength(2)
  })

  const hash = 'ab'.repeat(32)
  test.each([
    [`flask @ https://files.pythonhosted.org/a/Flask-2.2.4-py3-none-any.whl#sha256=${hash}`, true],
    ['https://files.pythonhosted.org/a/Flask-2.2.4.tar.gz', true],
    ['flask @ https://example.org/Flask-2.2.4-py3-none-any.whl ; python_version > "3"', false],
    ['./wheels/flask-2.2.4-1-cp311-cp311-manylinux_2_17_x86_64.whl', false],
    ['file:///wheels/Flask-2.2.4-py3-none-any.whl', false],
  ])('%s is Flask 2.2.4, of the registry: %s', async (line, ofRegistry) => {
    const { purls, notChecked, packages } = await read({ 'requirements.txt': `${line}\n` })
    expect(purls).toEqual(['pkg:pypi/flask@2.2.4'])
    expect(notChecked).toHaveLength(ofRegistry ? 0 : 1)
    expect(packages[0]?.hashes).toEqual(line.includes(hash) ? [`sha256:${hash}`] : [])
  })

  test('lines are joined as pip joins them', async () => {
    const { purls } = await read({ 'requirements.txt': 'fla\\\nsk==2.2\\\n.4\n' })
    expect(purls).toEqual(['pkg:pypi/flask@2.2.4'])
  })

  test('an archive that version 1 of npm locked by its address is of no registry', async () => {
    const { notChecked } = await read({
      'package-lock.json': '{"dependencies": {"c": {"version": "https://x.org/c-1.0.0.tgz"}}}',
    })
    expect(notChecked).toEqual(['not-from-a-registry: c'])
  })
})

describe('installed', () => {
  const modules = {
    'app/node_modules/lodash/package.json': '{"name": "lodash", "version": "4.17.20"}',
    'app/node_modules/@a/b/package.json': '{"name": "@a/b", "version": "1.0.0"}',
    'app/node_modules/@a/b/node_modules/lodash/package.json':
      '{"name": "lodash", "version": "3.0.0"}',
    'app/node_modules/lodash/src/package.json': '{"type": "module"}',
    // What a package brings along is a stranger's, and hides nothing.
    'app/node_modules/@a/b/yarn.lock': '# yarn lockfile v1\n',
  }
  const lodash = '{"dependencies": {"lodash": "^4"}}'
  test('npm: each package by its own file where no lock names them', async () => {
    const found = await read({ ...modules, 'app/package.json': lodash })
    expect(found.purls).toEqual([
      'pkg:npm/%40a/b@1.0.0',
      'pkg:npm/lodash@3.0.0',
      'pkg:npm/lodash@4.17.20',
    ])
    expect(found.notChecked).toEqual([])
    // A lock speaks for its own folder.
    const above = await read({ ...modules, 'package-lock.json': '{"packages": {}}' })
    expect(above.purls).toEqual(found.purls)
    const beside = await read({ ...modules, 'app/yarn.lock': '# yarn lockfile v1\n' })
    expect(beside.purls).toEqual([])
  })

  test('npm: the lock among what is installed pins what is declared beside it', async () => {
    const found = await read({
      'package.json': lodash,
      'node_modules/.package-lock.json':
        '{"packages": {"node_modules/lodash": {"version": "4.17.20"}}}',
    })
    expect([found.purls, found.notChecked]).toEqual([['pkg:npm/lodash@4.17.20'], []])
  })

  test('conda: every package of an environment', async () => {
    const digest = 'cd'.repeat(32)
    const found = await read({
      'env/conda-meta/history': '==> 2026 <==\n',
      'env/conda-meta/numpy-1.26.4-py311_0.json': `{"name": "numpy", "version": "1.26.4", "sha256": "${digest}"}`,
      'env/conda-meta/odd-1-0.json': '{"name": "odd"}',
    })
    expect(found.purls).toEqual(['pkg:conda/numpy@1.26.4'])
    expect(found.packages[0]?.hashes).toEqual([`sha256:${digest}`])
    expect(found.notChecked).toEqual(['unreadable: odd-1-0.json'])
  })

  test('dpkg: what waits to be configured is there; digests beside a record are no record', async () => {
    const states = ['install ok installed', 'install ok triggers-awaited', 'install ok unpacked']
    const gone = ['deinstall ok config-files', 'purge ok not-installed']
    const found = await read({
      'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
      'var/lib/dpkg/status': [...states, ...gone]
        .map((state, n) => `Package: p${n}\nStatus: ${state}\nVersion: 1\n`)
        .join('\n'),
      'var/lib/dpkg/status.d/base': 'Package: base-files\nVersion: 12.4\n',
      'var/lib/dpkg/status.d/base.md5sums': '0123  usr/share/x\n',
    })
    expect(found.packages.map(({ name }) => name).toSorted()).toEqual([
      'base-files',
      'p0',
      'p1',
      'p2',
    ])
    expect(found.notChecked).toEqual([])
  })
})
