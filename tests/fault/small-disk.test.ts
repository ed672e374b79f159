// A real disk that is full, and one that is read-only: a file system of 1.2 MB in memory, in namespaces of its own. What was acknowledged
// stays, what fails says why, reading goes on, and with room again so does writing.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { afterAll, expect, test } from 'vitest'

const phases = Type.Object({ acknowledged: Type.Number() })
const seenShape = Compile(Type.Record(Type.String(), phases))

const root = mkdtempSync(join(tmpdir(), 'small-disk-'))
const [disk, beside] = [join(root, 'disk'), join(root, 'beside')]
for (const folder of [disk, beside]) mkdirSync(folder)
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Runs a program where the disk is mounted; the mount ends with it. */
function onDisk(...command: readonly string[]) {
  const script = 'mount -t tmpfs -o size=1200k none "$0" && exec "$@"'
  const given = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, disk, ...command]
  return spawnSync('unshare', given, { encoding: 'utf8' })
}

/** Where the system lets nobody but its administrator mount, the limits of the other tests stand for this. */
const canMount = onDisk('true').status === 0

test.skipIf(!canMount)(
  'a full disk and a read-only one cost nothing that was acknowledged',
  () => {
    const program = join(import.meta.dirname, 'small-disk.fixture.ts')
    const { stdout, stderr, status } = onDisk(process.execPath, program, disk, beside)
    expect(status, stderr).toBe(0)
    const full = expect.stringMatching(/^storage-failed: .*the disk is full/) as unknown
    const readOnly = expect.stringMatching(/^storage-failed: .*the disk is read-only/) as unknown
    const lived = {
      filled: full,
      // What was staged is forgotten when it is opened again, which may leave room for a little more.
      whileFull: expect.stringMatching(/^added$|^storage-failed: .*the disk is full/) as unknown,
      readWhileFull: [],
      acknowledged: expect.any(Number) as unknown,
      withRoom: [],
      addedWithRoom: 'added',
      whileReadOnly: readOnly,
      readWhileReadOnly: [],
      atLast: ['added'],
    }
    const seen = seenShape.Parse(JSON.parse(stdout))
    expect(seen).toEqual({ ledger: lived, decisions: lived, artifacts: lived })
    for (const { acknowledged } of Object.values(seen)) expect(acknowledged).toBeGreaterThan(5)
  },
  300_000,
)
