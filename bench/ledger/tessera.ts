// The peer that ledgers are compared with: Tessera, a log in Go by the authors of the tile format: its checker, and a program of ours
// that appends to a log of it. Built once into .peers/go with the ordinary Go tools.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The release that is compared with. */
export const tesseraVersion = 'v1.0.4'
const command = 'github.com/transparency-dev/tessera/cmd/fsck'
const folder = fileURLToPath(new URL('../../.peers/go', import.meta.url))
const program = join(folder, `tessera-fsck-${tesseraVersion}`)

function go(args: readonly string[]): void {
  const { status, error, stderr } = spawnSync('go', args, { cwd: folder, encoding: 'utf8' })
  if (error !== undefined || status !== 0)
    throw new Error(`\`go ${args.join(' ')}\` failed: ${error?.message ?? stderr}`)
}

/** Makes sure that there is a Go module to build in; false where there is no Go. */
function prepare(what: string): boolean {
  if (spawnSync('go', ['version']).status !== 0) return false
  process.stderr.write(`building ${what} ${tesseraVersion} …\n`)
  mkdirSync(folder, { recursive: true })
  if (!existsSync(join(folder, 'go.mod')))
    writeFileSync(join(folder, 'go.mod'), 'module peers\n\ngo 1.25\n')
  return true
}

/** Path of the built checker; null where there is no Go. */
export function tesseraFsck(): string | null {
  if (existsSync(program)) return program
  if (!prepare("Tessera's fsck")) return null
  go(['get', `${command}@${tesseraVersion}`])
  go(['build', '-o', program, command])
  return program
}

/** Path of the built program that appends; null where there is no Go. */
export function tesseraAppend(): string | null {
  const source = join(import.meta.dirname, 'tessera-append')
  const built = join(folder, `tessera-append-${tesseraVersion}`)
  if (existsSync(built)) return built
  if (!prepare("a program that appends to Tessera's log")) return null
  rmSync(join(folder, 'tessera-append'), { recursive: true, force: true })
  cpSync(source, join(folder, 'tessera-append'), { recursive: true })
  go(['get', `github.com/transparency-dev/tessera/storage/posix@${tesseraVersion}`])
  go(['build', '-o', built, './tessera-append'])
  return built
}

/** What Tessera says of a ledger. */
export interface TesseraVerdict {
  /** Null when it ended, or was ended, without saying. */
  readonly intact: boolean | null
  readonly output: string
}

/**
 * Runs Tessera's checker on a folder. Its verdict is read from what it prints: this release exits
 * with 0 whatever it finds. It needs two workers or more: one alone waits for ever after a finding.
 */
export function runTessera(given: {
  readonly program: string
  readonly folder: string
  readonly keyFile: string
  readonly workers: number
  readonly timeoutMs: number
}): TesseraVerdict {
  const args = [
    `--storage_url=file://${given.folder}/`,
    `--public_key=${given.keyFile}`,
    `--N=${Math.max(2, given.workers)}`,
    '--ui=false',
  ]
  const { stderr } = spawnSync(given.program, args, {
    encoding: 'utf8',
    timeout: given.timeoutMs,
    maxBuffer: 64 * 1_048_576,
  })
  const refused = /fsck failed: .*/.exec(stderr)?.[0]
  const accepted = /Successfully fsck'd .*/.exec(stderr)?.[0]
  const intact = refused !== undefined ? false : accepted !== undefined ? true : null
  return { intact, output: refused ?? accepted ?? stderr }
}
