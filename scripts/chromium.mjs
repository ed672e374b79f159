// Finds a Chromium for the browser tests, or installs Debian's package where this user may.
// Without one the browser tests are skipped and counted as skipped.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The path of a Chromium on this machine, or undefined. `NO_CHROMIUM=1` hides it. */
export function findChromium() {
  if (process.env.NO_CHROMIUM === '1') return undefined
  return [process.env.CHROMIUM_PATH, ...known].find((path) => path && existsSync(path))
}

/** Installs Debian's chromium when none is there, apt-get is, and we are root; says what it does on stderr. */
export function installChromium() {
  if (findChromium() || process.env.NO_CHROMIUM === '1') return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error('setup: no Chromium found; the browser tests will be skipped')
    return
  }
  console.error('setup: installing chromium for the browser tests')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    const done = spawnSync('/usr/bin/apt-get', args, { env, stdio: ['ignore', 'ignore', 2] })
    if (done.status !== 0) {
      console.error('setup: chromium could not be installed; the browser tests will be skipped')
      return
    }
  }
}
