// Lives on a real small disk: until it is full, while it is, once there is room again, and while it is read-only. Runs as root of namespaces
// of its own, in which the disk was mounted for it, and prints what it saw as JSON, by store.
// Usage: node small-disk.fixture.ts DISK BESIDE, BESIDE being a folder that is not on it.

import { spawnSync } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { OperatingError, parseVerifierKey, textOf } from '@proofhouse/evidence'
import { openDirectoryBlobs } from '../../packages/platform/src/adapters/directory-blobs.ts'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import {
  openLedgerDirectory,
  openLedgerFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { bytesOf } from '../../packages/platform/src/artifacts/store/artifact-blobs.contract.fixture.ts'
import { FileKeyWrapper } from '../../packages/platform/src/artifacts/store/file-key-wrapper.fixture.ts'
import { ArtifactStore } from '../../packages/platform/src/artifacts/store/index.ts'
import { checkDecisionLog } from '../../packages/platform/src/decisions/check.ts'
import {
  decisionOf,
  openKilledLog,
} from '../../packages/platform/src/decisions/decisions.fixture.ts'
import { readDecision } from '../../packages/platform/src/decisions/reading.ts'
import { openLedgerKey } from '../../packages/platform/src/keys/index.ts'
import { fsck, readEntries } from '../../packages/platform/src/ledger/index.ts'
import { openCommitted } from '../../packages/platform/src/ledger/open-ledger.ts'

const [disk = '', beside = ''] = process.argv.slice(2)
/** Sizes of the disk as the system takes them. */
const [small, large] = ['1200k', '32m']
const roundsMax = 200
const digestOf = (bytes: Uint8Array) => hash('sha256', bytes)

/** A store on the disk. */
interface Store {
  /** Opens it for writing, adds something, and closes it. */
  add(): Promise<void>
  /** What of all that was acknowledged is not there as it was given, and what is damaged; writes nothing. */
  read(): Promise<readonly string[]>
  /** The same, having opened it for writing. */
  check(): Promise<readonly string[]>
  acknowledged(): number
}

async function ledgerStore(): Promise<Store> {
  const folder = join(disk, 'ledger')
  const key = await openLedgerKey(diskKeyFiles, join(beside, 'ledger-keys'), 'fault.example/disk')
  const told = new Map<number, string>()
  const read = async (mayBeInterrupted: boolean) => {
    const tiles = await openLedgerFiles(folder)
    const { findings } = await fsck({ tiles, trust: null })
    const problems = findings.map(({ file, problem }) => `${file}: ${problem}`)
    // What a failed write left beside its target goes when the ledger is opened.
    if (mayBeInterrupted) return problems.filter((problem) => !problem.includes('.tmp: '))
    const note = textOf((await tiles.read('checkpoint')) ?? new Uint8Array())
    const checkpoint = await openCommitted(note, parseVerifierKey(key.verifierKey))
    const found = new Map<number, string>()
    for await (const { index, entry } of readEntries(tiles, {
      from: 0,
      to: checkpoint.size,
      checkpoint,
    }))
      found.set(index, digestOf(entry))
    for (const [index, digest] of told)
      if (found.get(index) !== digest) problems.push(`entry ${index} is not there`)
    return problems
  }
  return {
    acknowledged: () => told.size,
    async add() {
      const ledger = await openLedgerDirectory(folder, key)
      try {
        await allOf(
          Array.from({ length: 50 }, async () => {
            const entry = new Uint8Array(randomBytes(2_000))
            told.set(await ledger.append(entry), digestOf(entry))
          }),
        )
      } finally {
        await ledger.close()
      }
    },
    read: () => read(true),
    async check() {
      await (await openLedgerDirectory(folder, key)).close()
      return read(false)
    },
  }
}

function decisionStore(): Promise<Store> {
  const folder = join(disk, 'decisions')
  const rootKey = randomBytes(32).toString('hex')
  const told = new Map<number, number>()
  const open = async () => (await openKilledLog(folder, join(beside, 'log-keys'), rootKey)).log
  let sequence = 0
  return Promise.resolve({
    acknowledged: () => told.size,
    async add() {
      const log = await open()
      try {
        await allOf(
          Array.from({ length: 200 }, async () => {
            const n = sequence++
            const [outcome] = await log.append([decisionOf(n, { subject: `p-${n}` })])
            if (outcome?.status === 'accepted') told.set(n, outcome.index)
          }),
        )
      } finally {
        await log.close()
      }
    },
    // A decision log is opened for writing to be read: there is nothing to say of it before.
    read: () => Promise.resolve([]),
    async check() {
      const log = await open()
      const { findings, opened } = await checkDecisionLog(log)
      const problems = findings.map(({ problem }) => problem)
      if (opened < told.size) problems.push(`${opened} decisions of ${told.size}`)
      // The check opened every content; of some it is shown what they hold.
      for (const [n, index] of told) {
        if (n % 53 !== 0) continue
        const { content } = await readDecision(log, index)
        if (content?.groups['id'] !== `A-${n}`) problems.push(`decision ${n} is not there`)
      }
      await log.close()
      return problems
    },
  })
}

function artifactStore(): Promise<Store> {
  const folder = join(disk, 'artifacts')
  const keys = new FileKeyWrapper(join(beside, 'kek'))
  const told: string[] = []
  const open = async () => {
    const blobs = await openDirectoryBlobs(folder, 0)
    return new ArtifactStore({ tenant: 'acme', blobs, keys, nowMs: Date.now })
  }
  const check = async () => {
    const store = await open()
    const problems: string[] = []
    for (const digest of told)
      if (digestOf(await bytesOf(store.read(digest))) !== digest)
        problems.push(`artifact ${digest} is not there`)
    return problems
  }
  return Promise.resolve({
    acknowledged: () => told.length,
    async add() {
      const store = await open()
      async function* source() {
        for (let n = 0; n < 2; n++) yield new Uint8Array(randomBytes(50_000))
      }
      told.push((await store.put(source())).digest)
    },
    read: () => Promise.resolve([]),
    check,
  })
}

/** Waits for all of them, then throws what the first that failed threw. */
async function allOf(works: readonly Promise<unknown>[]): Promise<void> {
  for (const done of await Promise.allSettled(works))
    if (done.status === 'rejected') throw done.reason
}

function remount(options: string): void {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,${options}`, disk], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`mount: ${stderr}`)
}

/** How an attempt to add ended: `added`, or the code and the words of its failure. */
const attempt = (store: Store): Promise<string> =>
  store.add().then(
    () => 'added',
    (error: unknown) =>
      error instanceof OperatingError ? `${error.code}: ${error.message}` : String(error),
  )

async function liveOn(store: Store) {
  remount(`rw,size=${small}`)
  let filled = 'added'
  for (let n = 0; n < roundsMax && filled === 'added'; n++) filled = await attempt(store)
  const whileFull = await attempt(store)
  const readWhileFull = await store.read()
  const acknowledged = store.acknowledged()
  remount(`rw,size=${large}`)
  const withRoom = await store.check()
  const addedWithRoom = await attempt(store)
  remount('ro')
  const whileReadOnly = await attempt(store)
  const readWhileReadOnly = await store.read()
  remount('rw')
  const atLast = [await attempt(store), ...(await store.check())]
  return {
    filled,
    whileFull,
    readWhileFull,
    acknowledged,
    withRoom,
    addedWithRoom,
    whileReadOnly,
    readWhileReadOnly,
    atLast,
  }
}

const seen: Record<string, unknown> = {}
for (const [name, make] of Object.entries({
  ledger: ledgerStore,
  decisions: decisionStore,
  artifacts: artifactStore,
})) {
  seen[name] = await liveOn(await make())
  rmSync(join(disk, name), { recursive: true })
}
process.stdout.write(JSON.stringify(seen))
