// Tessera's programs that copy a log, and two of ours over its library, built from the module in tests/conformance/go/tessera; and what
// serves a folder to them over HTTP.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, createReadStream, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, normalize, resolve as resolvePath } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../../tests/conformance/go/tessera', import.meta.url))
const programs = fileURLToPath(new URL('../../.peers/tessera', import.meta.url))
const runMaxMs = 120_000

const packages = {
  migrate: 'github.com/transparency-dev/tessera/cmd/experimental/migrate/posix',
  mirror: 'github.com/transparency-dev/tessera/cmd/experimental/mirror/posix',
  'migrate-files': './migrate-files',
  'write-log': './write-log',
}

/** Builds what is not there yet; false where there is no Go. */
export function buildPrograms() {
  if (spawnSync('go', ['version']).status !== 0) return false
  // Built from a copy, since Go writes into the folder it builds in.
  const folder = join(programs, 'build')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(programs, { recursive: true })
  cpSync(source, folder, { recursive: true })
  for (const [name, what] of Object.entries(packages)) {
    const args = ['build', '-o', join(programs, name), what]
    const { status, stderr } = spawnSync('go', args, { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(`\`go ${args.join(' ')}\` failed: ${stderr}`)
  }
  return true
}

/** Runs one of them, or a program by its path; what it said, and whether it succeeded. */
export function run(name, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(resolvePath(programs, name), args, { timeout: runMaxMs })
    const said = { out: '', errors: '' }
    child.stdout.on('data', (part) => (said.out += part))
    child.stderr.on('data', (part) => (said.errors += part))
    child.on('error', reject)
    child.on('close', (status) => resolve({ ok: status === 0, ...said }))
  })
}

/** Serves the files below a folder, as any server of files does, but for those whose names begin with a dot. */
export async function serveFiles(folder) {
  const asked = new Set()
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://any').pathname))
    const file = join(folder, path)
    asked.add(path)
    if (path.includes('/.') || !existsSync(file) || !statSync(file).isFile())
      response.writeHead(404).end()
    else createReadStream(file).pipe(response)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** Paths that were asked for. */
    asked,
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}
