// The peer that ledgers are compared with: the checker of Tessera, a log in Go by the authors of
// the tile format. Built once into .peers/go with the ordinary Go tools.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
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

/** Path of the built checker; null where there is no Go. */
export function tesseraFsck(): string | null {
  if (existsSync(program)) return program
  if (spawnSync('go', ['version']).status !== 0) return null
  process.stderr.write(`building Tessera's fsck ${tesseraVersion} …\n`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'go.mod'), 'module peers\n\ngo 1.24\n')
  go(['get', `${command}@${tesseraVersion}`])
  go(['build', '-o', program, command])
  return program
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
