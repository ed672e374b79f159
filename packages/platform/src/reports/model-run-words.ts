// How a model ran, in words: what held it, and whose signature its bytes had to bear.

import type { ReportModelRun } from './report-artifacts.ts'

/** What ran it, in a word or two. */
export function runtimeText({ confinement }: ReportModelRun): string {
  if (confinement === null) return 'not run'
  const { runtime, version } = confinement
  return `ONNX Runtime ${version} ${runtime === 'wasm' ? 'in WebAssembly' : 'as native code'}`
}

/** Whether it had namespaces of its own. */
export const namespacesText = ({ confinement }: Pick<ReportModelRun, 'confinement'>): string =>
  (confinement?.namespaces.length ?? 0) > 0
    ? 'in namespaces of its own'
    : 'without namespaces of its own'

/** What held it: only what the machine granted. */
export function confinementText({ confinement }: ReportModelRun): string {
  if (confinement === null) return 'not run'
  const { namespaces, files, memory_mb, cpu_seconds, wall_seconds } = confinement
  return [
    `a process ${namespacesText({ confinement })}${namespaces.length === 0 ? '' : ` (${namespaces.join(', ')})`}`,
    files === 'own_view'
      ? 'no files in sight but its own, read-only'
      : 'kept from files by Node’s permission model alone',
    `at most ${memory_mb} MiB`,
    ...(cpu_seconds === null ? [] : [`${cpu_seconds} s on processors`]),
    `${wall_seconds} s by the clock`,
  ].join('; ')
}

/** Who signed the bytes that ran, as far as was demanded. */
export function verificationText({ verification }: ReportModelRun): string {
  if (verification.verdict === 'not verified') return 'not verified: no signature was demanded'
  const { path, by, key_id, name, issuer } = verification
  const who = name === null ? '' : ` by ${name}${issuer === null ? '' : ` according to ${issuer}`}`
  return `verified against ${path}${who}, ${by === 'key' ? 'key' : `${by}, key`} hint ${key_id}`
}
