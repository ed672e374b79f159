// The search for secrets over a real disk and a real repository.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { searchPaths } from '../artifacts/secrets/index.ts'
import { sample, withChecksum } from '../artifacts/secrets/secrets.fixture.ts'
import { gitHistory } from './git-history.ts'
import { diskSearchedFiles } from './searched-files.ts'

let folder: string
const token = withChecksum('ghp_')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'proofhouse-secrets-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const write = (path: string, text: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
    encoding: 'utf8',
  }).trim()

const search = (options: Partial<Parameters<typeof searchPaths>[1]> = {}, program?: string) =>
  searchPaths(
    { searchedFiles: diskSearchedFiles, gitHistory: gitHistory(program) },
    {
      paths: [folder],
      history: false,
      key: new Uint8Array(32),
      shown: (path) => path.slice(folder.length + 1),
      excluded: () => false,
      signal: new AbortController().signal,
      progress: () => undefined,
      clean: null,
      ...options,
    },
  )

describe('files', () => {
  test('folders in the order of their names; links and sockets are passed over, repositories’ own files left out', async () => {
    write('b/deep/x.py', `t = "${token}"`)
    write('a.py', `t = "${sample('hf_{w:34}')}"`)
    write('.git/config', `t = "${token}"`)
    symlinkSync(join(folder, 'a.py'), join(folder, 'link.py'))
    symlinkSync(folder, join(folder, 'loop'))
    const server = createServer().listen(join(folder, 'socket'))
    const found = await search()
    server.close()
    expect(found.findings.map(({ path, rule }) => [path, rule])).toEqual([
      ['a.py', 'huggingface-token'],
      ['b/deep/x.py', 'github-token'],
    ])
    expect(found).toMatchObject({ files: 2, passedOver: 3, incomplete: [] })
  })

  test('what is excluded is not entered, and a file that is named twice is searched once', async () => {
    write('a.py', `t = "${token}"`)
    write('vendor/b.py', `t = "${token}"`)
    const found = await search({
      paths: [folder, join(folder, 'a.py')],
      excluded: (path) => path.endsWith('vendor'),
    })
    expect(found.findings.map(({ path }) => path)).toEqual(['a.py'])
  })

  test('a path that is not there is an error, and stopping is one', async () => {
    await expect(search({ paths: [join(folder, 'nothing')] })).rejects.toMatchObject({
      code: 'file-missing',
    })
    write('a.py', '')
    await expect(search({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    })
  })
})

describe('history', () => {
  test('what was taken out is still there, with its first commit; what stands there today is told once', async () => {
    git('init', '-q')
    write('a.py', `t = "${token}"\n`)
    write('b.py', `t = "${sample('hf_{w:34}')}"\n`)
    git('add', '.')
    git('commit', '-q', '-m', 'one')
    const first = git('rev-parse', 'HEAD')
    write('a.py', `# a comment\nt = "${token}"\n`)
    git('commit', '-q', '-a', '-m', 'two')
    write('a.py', 't = os.environ["T"]\n')
    git('commit', '-q', '-a', '-m', `three, without ${sample('dop_v1_{hex:64}')}`)
    git('gc', '-q')
    const found = await search({ history: true, paths: [join(folder, 'a.py'), folder] })
    expect(found.incomplete).toEqual([])
    expect(
      found.findings.map(({ rule, path, history }) => [
        rule,
        path,
        history?.commit,
        history?.versions,
      ]),
    ).toEqual([
      ['digitalocean-token', '', git('rev-parse', 'HEAD'), 1],
      ['github-token', 'a.py', first, 2],
      ['huggingface-token', 'b.py', undefined, undefined],
    ])
    expect(found.objects).toBe(7)
  })

  test('without git, or outside of a repository, the search is incomplete and says why', async () => {
    write('a.py', `t = "${token}"`)
    const without = await search({ history: true }, join(folder, 'no-such-program'))
    expect(without.findings).toHaveLength(1)
    expect(without.incomplete[0]?.why).toContain('`git` is not installed')
    const outside = await search({ history: true })
    expect(outside.incomplete[0]?.why).toContain('not a git repository')
  })

  test('a hostile repository runs nothing', async () => {
    git('init', '-q')
    for (const text of [`t = "${token}"`, 't = 1']) {
      write('a.py', text)
      git('add', '.')
      git('commit', '-q', '-m', 'one')
    }
    const marker = join(folder, 'ran')
    for (const name of [
      'core.fsmonitor',
      'core.pager',
      'core.sshCommand',
      'core.alternateRefsCommand',
      'diff.external',
    ])
      git('config', name, `touch ${marker}`)
    git('config', 'filter.x.smudge', `touch ${marker}`)
    const found = await search({ history: true, excluded: (path) => path === marker })
    expect(found).toMatchObject({ incomplete: [], findings: [{ rule: 'github-token' }] })
    await expect(diskSearchedFiles.open(marker, () => Promise.resolve(1))).rejects.toMatchObject({
      code: 'file-missing',
    })
  })
})
