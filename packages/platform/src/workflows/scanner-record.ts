// Who looked, by which rules, and when: what the statements of a scan and of a search for secrets begin with.

/** A run of one of this program's scanners. */
export interface ScannerRun {
  readonly toolVersion: string
  readonly startedAt: Date
  readonly finishedAt: Date
}

/** The scanner as statements name it; `rules` is the digest of its rules. */
export const scannerRecord = (
  name: 'scan' | 'secrets',
  rules: string,
  { toolVersion, startedAt, finishedAt }: ScannerRun,
) => ({
  uri: `https://proofhouse.dev/${name}`,
  version: toolVersion,
  rules,
  startedOn: startedAt.toISOString(),
  finishedOn: finishedAt.toISOString(),
})
