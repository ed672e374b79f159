// The history of a git repository, through the `git` program: what is reachable is listed once and its content streamed,
// so that neither the number of commits nor of files is held in memory beyond one line for each object. The repository
// is a stranger's: no hook, pager, file monitor, replacement or download of missing objects is let run.

import { type ChildProcess, spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { OperatingError } from '@proofhouse/evidence'
import type { GitHistory, HistoryObject } from '../artifacts/secrets/index.ts'
import { systemCodeOf } from './storage-error.ts'

/** More objects are not listed. */
const objectsMax = 2_000_000
const errorKeptBytes = 2_048
const lineFeed = 0x0a

const safely = [
  '--no-pager',
  '--no-replace-objects',
  '--no-optional-locks',
  '--literal-pathspecs',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'protocol.allow=never',
  '-c',
  'log.showSignature=false',
  '-c',
  'core.alternateRefsCommand=',
]

/** The surroundings of git: its own variables would point it at another repository. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
  }
}

class Git {
  readonly #process: ChildProcess
  readonly #ended: Promise<void>
  #stderr = ''

  constructor(
    folder: string,
    args: readonly string[],
    input: Iterable<string> | null,
    program: string,
  ) {
    this.#process = spawn(program, ['-C', folder, ...safely, ...args], {
      env: environment(),
      stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    this.#process.stderr?.on('data', (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString('utf8')).slice(0, errorKeptBytes)
    })
    this.#ended = new Promise((done, failed) => {
      this.#process.once('error', (error) => failed(unstarted(error)))
      this.#process.once('close', (code) => (code === 0 ? done() : failed(this.#refused(code))))
    })
    // Read or not, a failure is told by `end`.
    this.#ended.catch(() => undefined)
    if (input !== null && this.#process.stdin !== null) {
      this.#process.stdin.on('error', () => undefined)
      Readable.from(input).pipe(this.#process.stdin)
    }
  }

  get output(): Readable {
    return this.#process.stdout ?? Readable.from([])
  }

  async *lines(): AsyncGenerator<string> {
    yield* createInterface({ input: this.output, crlfDelay: Number.POSITIVE_INFINITY })
  }

  /** Waits until it ended well. @throws history-unreadable */
  end(): Promise<void> {
    return this.#ended
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #refused(code: number | null): OperatingError {
    const said = this.#stderr.split('\n')[0]?.replace(/^fatal: /, '') ?? ''
    return new OperatingError(
      'history-unreadable',
      `git failed: ${said === '' ? `exit code ${code}` : said}`,
    )
  }
}

function unstarted(error: Error): OperatingError {
  return systemCodeOf(error) === 'ENOENT'
    ? new OperatingError(
        'history-unreadable',
        'the program `git` is not installed, so the history was not searched; install it, or leave out --history',
      )
    : new OperatingError('history-unreadable', `git could not be started (${systemCodeOf(error)})`)
}

/** Histories read by a program; `git` of the search path. */
export function gitHistory(program = 'git'): GitHistory {
  const run: Run = (folder, args, input = null) => new Git(folder, args, input, program)
  return {
    top: (path) => topOf(run, path),
    objects: (top, options) => objectsOf(run, top, options),
    async firstCommit(top, id) {
      const order = ['--topo-order', '--reverse', '--all', '--reflog']
      const plain = ['--no-ext-diff', '--no-textconv', '--format=%H']
      const [commit] = await linesOf(run(top, ['log', ...plain, ...order, `--find-object=${id}`]))
      return commit ?? null
    },
  }
}

type Run = (folder: string, args: readonly string[], input?: Iterable<string> | null) => Git

async function linesOf(git: Git): Promise<string[]> {
  const lines: string[] = []
  for await (const line of git.lines()) lines.push(line)
  await git.end()
  return lines
}

async function topOf(run: Run, path: string): Promise<string> {
  const folder = (await isFolder(path)) ? path : dirname(resolve(path))
  const [bare, gitFolder] = await linesOf(
    run(folder, ['rev-parse', '--is-bare-repository', '--absolute-git-dir']),
  )
  // A bare repository has no top: its own folder stands for it.
  const [top] =
    bare === 'true' ? [gitFolder] : await linesOf(run(folder, ['rev-parse', '--show-toplevel']))
  if (top === undefined)
    throw new OperatingError('history-unreadable', 'git does not say where the repository is')
  return top
}

async function* objectsOf(
  run: Run,
  top: string,
  { sizeMaxBytes, signal }: { readonly sizeMaxBytes: number; readonly signal: AbortSignal },
): AsyncGenerator<HistoryObject> {
  const paths = await reachablePaths(run(top, reachable), signal)
  const wanted: string[] = []
  const format = '--batch-check=%(objectname) %(objecttype) %(objectsize)'
  const sizes = run(top, ['cat-file', format, '--buffer'], withEnds(paths.keys()))
  for await (const line of sizes.lines()) {
    const [id = '', type = '', size = ''] = line.split(' ')
    if (type === 'missing')
      throw new OperatingError(
        'history-unreadable',
        `object ${id} is missing: the clone is partial`,
      )
    if (type === 'tree') continue
    if (Number(size) > sizeMaxBytes) yield { id, path: paths.get(id) ?? null, bytes: null }
    else wanted.push(id)
  }
  await sizes.end()
  const contents = run(top, ['cat-file', '--batch', '--buffer'], withEnds(wanted))
  try {
    yield* objectsIn(contents.output, paths)
    await contents.end()
  } finally {
    contents.kill()
  }
}

/** Newest first, and no commit before those that follow from it. */
const reachable = ['rev-list', '--objects', '--topo-order', '--all', '--reflog']

/** Every object, with a path that it has had; null for commits and tags. */
async function reachablePaths(
  listing: Git,
  signal: AbortSignal,
): Promise<Map<string, string | null>> {
  const paths = new Map<string, string | null>()
  for await (const line of listing.lines()) {
    const cut = line.indexOf(' ')
    paths.set(cut < 0 ? line : line.slice(0, cut), cut < 0 ? null : line.slice(cut + 1))
    if (paths.size <= objectsMax && !signal.aborted) continue
    listing.kill()
    throw new OperatingError('history-unreadable', `it has more than ${objectsMax} objects`)
  }
  await listing.end()
  return paths
}

function* withEnds(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

/** Reads `<id> <type> <size>\n<content>\n`, one after another (git-cat-file(1), BATCH OUTPUT). */
async function* objectsIn(
  output: Readable,
  paths: ReadonlyMap<string, string | null>,
): AsyncGenerator<HistoryObject> {
  let held: Buffer = Buffer.alloc(0)
  const chunks: AsyncIterator<Buffer> = output[Symbol.asyncIterator]()
  const more = async (): Promise<boolean> => {
    const next: IteratorResult<Buffer, unknown> = await chunks.next()
    if (next.done === true) return false
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value])
    return true
  }
  for (;;) {
    let end = held.indexOf(lineFeed)
    while (end < 0 && (await more())) end = held.indexOf(lineFeed)
    if (end < 0) return
    const [id = '', , size = ''] = held.toString('latin1', 0, end).split(' ')
    held = held.subarray(end + 1)
    const parts: Buffer[] = []
    let missing = Number(size) + 1
    if (!Number.isSafeInteger(missing))
      throw new OperatingError('history-unreadable', `object ${id} cannot be read`)
    while (missing > 0) {
      if (held.length === 0 && !(await more()))
        throw new OperatingError('history-unreadable', `object ${id} is cut short`)
      const part = held.subarray(0, missing)
      parts.push(part)
      held = held.subarray(part.length)
      missing -= part.length
    }
    const bytes = Buffer.concat(parts)
    yield { id, path: paths.get(id) ?? null, bytes: bytes.subarray(0, bytes.length - 1) }
  }
}
