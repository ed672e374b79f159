// Asks the real package: a script of this folder in one of the pinned Python environments, JSON in and JSON out.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { peerPython } from '../../bench/setup.mjs'

const outputBytesMax = 512 * 1024 * 1024

/**
 * What a script says to a question.
 * @param environment one of bench/setup.mjs; @param script its name in this folder; @param question any JSON
 */
export function askPeerScript(environment, script, question, { args = [], env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(
    peerPython(environment),
    [fileURLToPath(new URL(script, import.meta.url)), ...args],
    {
      input: JSON.stringify(question),
      maxBuffer: outputBytesMax,
      encoding: 'utf8',
      env: { ...process.env, ...env },
    },
  )
  if (status !== 0) throw new Error(`${script} failed: ${error?.message ?? stderr}`)
  return JSON.parse(stdout)
}
