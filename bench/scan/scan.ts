// Scanning model files, beside the scanners a user would pick: whole processes, as a user waits for them, on the same
// files, one after the other. Ours must call every file clean; fickling gives up on the largest, and is timed all the same.
// Run: npm run bench:scan [-- --json] (after npm run bench:setup)

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { peerPython } from '../setup.mjs'

const runs = 3
const root = join(import.meta.dirname, '../..')
const filesShape = Compile(
  Type.Object({
    instructions: Type.Number(),
    files: Type.Object({
      instructions: Type.String(),
      small: Type.String(),
      many: Type.String(),
      array: Type.String(),
      torch: Type.String(),
    }),
  }),
)

const python = peerPython('scan')
const tool = (name: string) => join(dirname(python), name)
const scanners = {
  proofhouse: (path: string) => [
    process.execPath,
    join(root, 'packages/platform/bin/proofhouse.mjs'),
    'scan',
    path,
  ],
  picklescan: (path: string) => [tool('picklescan'), '--path', path],
  fickling: (path: string) => [tool('fickling'), '--check-safety', path],
  modelaudit: (path: string) => [tool('modelaudit'), 'scan', '--no-cache', path],
} as const satisfies Readonly<Record<string, (path: string) => readonly string[]>>

/** Least of some runs' seconds: what the machine can do, undisturbed. */
function secondsOf(scanner: keyof typeof scanners, path: string): number {
  const seconds: number[] = []
  for (let run = 0; run < runs; run++) {
    const [command = '', ...args] = scanners[scanner](path)
    const start = performance.now()
    const done = spawnSync(command, args, {
      encoding: 'utf8',
      maxBuffer: 1024 * 1024 * 1024, // modelaudit tells of every instruction it does not know
      cwd: tmpdir(), // fickling leaves a file where it is called
      env: { ...process.env, PROMPTFOO_DISABLE_TELEMETRY: '1' },
    })
    seconds.push((performance.now() - start) / 1_000)
    if (done.error !== undefined) throw done.error
    // A peer may give up on a file; its time is then that of giving up.
    if (done.status !== 0 && scanner === 'proofhouse')
      throw new Error(
        `${scanner} ended with ${done.status} on ${path}: ${done.stdout}${done.stderr}`,
      )
    // A slow peer is timed once.
    if ((seconds[0] ?? 0) > 20) break
  }
  return Math.min(...seconds)
}

const folder = mkdtempSync(join(tmpdir(), 'scan-bench-'))
try {
  const made = spawnSync(python, [join(import.meta.dirname, 'make-files.py'), folder], {
    encoding: 'utf8',
  })
  if (made.status !== 0) throw new Error(`make-files.py failed: ${made.stderr}`)
  const { instructions, files } = filesShape.Parse(JSON.parse(made.stdout))
  const work = [
    [
      `pickle of ${(instructions / 1e6).toFixed(1)}M instructions`,
      files.instructions,
      ['picklescan', 'fickling', 'modelaudit'],
    ],
    ['400 small files', files.small, ['picklescan']],
    ['10,000 small files', files.many, ['picklescan']],
    ['torch archive of 400 MB', files.torch, ['picklescan']],
    ['pickle of an array of 320 MB', files.array, ['picklescan']],
  ] as const
  const rows = work.flatMap(([name, path, peers]) => {
    const ours = secondsOf('proofhouse', path)
    return peers.map((peer_name) => {
      const peer = secondsOf(peer_name, path)
      return { name: `scan: ${name}`, unit: 's', ours, peer, peer_name, ratio: peer / ours }
    })
  })
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows))
  else
    for (const { name, ours, peer, peer_name, ratio } of rows)
      console.log(
        `${name}: ${ours.toFixed(2)} s, ${peer_name} ${peer.toFixed(2)} s: ${ratio.toFixed(1)}x`,
      )
} finally {
  rmSync(folder, { recursive: true })
}
