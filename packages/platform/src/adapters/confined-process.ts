// Starts a Node process that can do no more than compute. Everywhere: no environment, and Node's permission model without
// children, workers, network or any file but those named. On Linux also nothing of what happens to be open here, which would lead
// past every wall; limits that the kernel keeps (address space, time on processors, no byte written to any file); and, where the
// kernel lets anyone have them, namespaces of its own: no network device, no other process in sight, no privilege, and of the disk
// nothing but the named files and the system's libraries, read-only (user_namespaces(7), unshare(1) of util-linux). What the
// machine refuses is left out and never claimed.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { devNull } from 'node:os'
import { resolve, sep } from 'node:path'
import process from 'node:process'

/** How far a process is apart from the machine: `view` is `namespaces` with a view of its own of the files. */
export type Isolation = 'view' | 'namespaces' | 'none'

/** What to start, and how far it may go. */
export interface ConfinedStart {
  readonly entry: string
  readonly args: readonly string[]
  /** Files and folders that it needs: all it sees in a view of its own. */
  readonly needs: readonly string[]
  /** What it may also look for, where they are in sight. */
  readonly mayRead: readonly string[]
  readonly flags: readonly string[]
  readonly addressSpaceBytes: number
  /** Time on processors, over all threads. */
  readonly cpuSeconds: number
}

/** The kinds of namespaces that come with each isolation. */
export const namespacesOf: Readonly<Record<Isolation, readonly string[]>> = {
  view: ['user', 'mount', 'pid', 'network', 'ipc', 'uts'],
  namespaces: ['user', 'pid', 'network', 'ipc', 'uts'],
  none: [],
}

const strengths: readonly Isolation[] = ['view', 'namespaces', 'none']
/** The strongest that has not been refused; kernels do not change their mind while a process runs. */
let strongest = process.platform === 'linux' ? 0 : strengths.indexOf('none')

/** What to try next. */
export const strongestIsolation = (): Isolation => strengths[strongest] ?? 'none'

/**
 * Remembers that a process did not start under an isolation. Only for one that was told nothing yet: nothing that comes
 * from outside may ever talk its way into weaker walls.
 * @returns whether there is a weaker one
 */
export function giveUp(isolation: Isolation): boolean {
  if (isolation === 'none') return false
  strongest = Math.max(strongest, strengths.indexOf(isolation) + 1)
  return true
}

/** Where the system's libraries are, links followed; what tells them the kind of processor. */
const libraries = ['/lib', '/lib64', '/usr/lib', '/usr/lib64']
const hardware = ['/proc/cpuinfo', '/sys/devices/system/cpu']
const system = [...libraries, ...hardware]
/** Folders that a view can be built on, in its own namespace only. */
const stages = ['/srv', '/media', '/opt', '/mnt', '/home', '/var', '/tmp']

/** O_CLOEXEC, as Linux has it on the processors that Node runs on. */
const closedOnExec = 0o2000000

/** Arguments of every `unshare` here: dies with the caller. */
const apart = ['--net', '--ipc', '--uts', '--pid', '--fork', '--kill-child']
/** Nobody, who has no privilege left once a program is started. */
const nobody = ['--user', '--map-user=65534', '--map-group=65534']

// Limits, commands and paths are arguments, never part of a script: no path can become shell.
const limitScript =
  'ulimit -v "$1" && ulimit -t "$2" && ulimit -f 0 && ulimit -c 0 && shift 2 && exec "$@"'

/**
 * Builds the view on the first argument from the paths up to `--`, and starts the rest in it as nobody. A mount that forbids
 * programs may not be given without that, which the first attempt at it finds out.
 */
const viewScript = `set -e
root=$1; shift
mount -t tmpfs -o size=1m,mode=0755,nosuid,nodev tmpfs "$root"
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root\${1%/*}"; : > "$root$1"; fi
  mount -o bind,ro,nosuid,nodev "$1" "$root$1" 2>/dev/null ||
    mount -o remount,bind,ro,nosuid,nodev,noexec "$root$1"
  shift
done
shift
mount -o remount,bind,ro,nosuid,nodev "$root"
exec unshare ${nobody.join(' ')} --root="$root" --wd=/ -- "$@"`

/** Starts the process; it talks over Node's channel, and what it writes to stderr comes by a pipe. */
export function spawnConfined(isolation: Isolation, start: ConfinedStart): ChildProcess {
  const program = realpathSync(process.execPath)
  const node = [
    program,
    '--permission',
    ...start.flags,
    ...[...start.needs, ...start.mayRead].map((path) => `--allow-fs-read=${path}`),
    '--no-warnings',
    start.entry,
    ...start.args,
  ]
  const [command = '', ...args] =
    process.platform === 'linux' ? limited(start, isolated(isolation, program, node, start)) : node
  const nothing = openSync(devNull, 'r')
  try {
    return spawn(command, args, {
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', ...covered(nothing)],
      serialization: 'advanced',
    })
  } finally {
    closeSync(nothing)
  }
}

/** From the fifth descriptor on: `nothing` in the place of each that a child would inherit. */
function covered(nothing: number): readonly (number | 'ignore')[] {
  const open = inheritable()
  const last = Math.max(3, ...open)
  return Array.from({ length: last - 3 }, (_, n) => (open.has(n + 4) ? nothing : 'ignore'))
}

/** Descriptors of this process that are not closed when a program is started (proc(5): `fdinfo`); Node's own all are. */
function inheritable(): ReadonlySet<number> {
  const found = new Set<number>()
  if (process.platform !== 'linux') return found
  for (const name of readdirSync('/proc/self/fd'))
    try {
      const [, flags = ''] =
        /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1')) ?? []
      if ((Number.parseInt(flags, 8) & closedOnExec) === 0) found.add(Number(name))
    } catch {
      // Closed meanwhile, as the one of the list itself is.
    }
  return found
}

function limited({ addressSpaceBytes, cpuSeconds }: ConfinedStart, command: readonly string[]) {
  const kibibytes = Math.ceil(addressSpaceBytes / 1024)
  return ['/bin/sh', '-c', limitScript, 'sh', `${kibibytes}`, `${cpuSeconds}`, ...command]
}

function isolated(
  isolation: Isolation,
  program: string,
  node: readonly string[],
  { needs }: ConfinedStart,
): readonly string[] {
  if (isolation === 'none') return node
  if (isolation === 'namespaces') return ['unshare', ...nobody, ...apart, '--', ...node]
  const seen = withoutInner([program, ...needs, ...system.filter((path) => existsSync(path))])
  const root = ['--user', '--map-root-user', '--mount', ...apart]
  const view = ['/bin/sh', '-c', viewScript, 'sh', stageFor(seen), ...seen]
  return ['unshare', ...root, '--', ...view, '--', ...node]
}

/** Without the paths that lie in others. */
function withoutInner(paths: readonly string[]): readonly string[] {
  const all = paths.map((path) => resolve(path))
  return all.filter((path) => !all.some((other) => path.startsWith(`${other}${sep}`)))
}

/** A folder that covers nothing of what is to be seen; empty where there is none, and the view cannot be built. */
function stageFor(seen: readonly string[]): string {
  const real = seen.map((path) => realpathSync(path))
  const covers = (stage: string) =>
    [...seen, ...real].some((path) => path === stage || path.startsWith(`${stage}/`))
  return stages.find((one) => existsSync(one) && !covers(one)) ?? ''
}
