// The file that says which logs a witness takes: lines `log VKEY [URL]` as in C2SP tlog-policy, here any number of them. A log with
// several keys has a line for each.

import { type NoteVerifier, OperatingError, parseVerifierKey } from '@proofhouse/evidence'

/** Logs that one witness takes: each has an open file and a lock. */
const logsMax = 256

/** The keys of each log, by its origin. @throws trust-malformed naming the line; key-malformed, key-unsupported */
export function parseWitnessedLogs(text: string): ReadonlyMap<string, readonly NoteVerifier[]> {
  const logs = new Map<string, readonly NoteVerifier[]>()
  text.split('\n').forEach((line, index) => {
    const words = line.split(/[ \t\r]+/).filter((word) => word !== '')
    const [keyword, key = ''] = words
    if (keyword === undefined || keyword.startsWith('#')) return
    if (keyword !== 'log' || words.length < 2 || words.length > 3)
      throw new OperatingError(
        'trust-malformed',
        `list of logs, line ${index + 1}: a line is \`log VKEY [URL]\``,
      )
    const verifier = parseVerifierKey(key)
    logs.set(verifier.name, [...(logs.get(verifier.name) ?? []), verifier])
  })
  if (logs.size === 0) throw new OperatingError('trust-malformed', 'list of logs: it names none')
  if (logs.size > logsMax)
    throw new OperatingError('trust-malformed', `list of logs: at most ${logsMax} logs are taken`)
  return logs
}
