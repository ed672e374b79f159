import { describe, expect, test } from 'vitest'
import type { ScannedFile } from '../artifacts/scan/index.ts'
import { reportFixture } from './report.fixture.ts'
import { renderSarif } from './sarif.ts'
import { renderScanSarif } from './scan-sarif.ts'
import { sarifResults, wasSuccessful } from './sarif-schema.fixture.ts'

const finding = (
  rule: ScannedFile['findings'][number]['rule'],
  severity: ScannedFile['findings'][number]['severity'],
  location: string,
  detail: string,
) => ({ rule, severity, location, detail, ids: ['CWE-502'] })

const files: readonly ScannedFile[] = [
  {
    path: 'models/ä b.pt',
    format: 'torch',
    verdict: 'malicious',
    findings: [
      finding('pickle-dangerous-import', 'critical', 'archive/data.pkl@17', 'os.system'),
      finding('pickle-dangerous-import', 'critical', 'archive/data.pkl@40', 'os.popen'),
      finding('archive-outside-data', 'medium', '@1200', 'bytes behind the archive'),
      finding('zip-hidden-entry', 'high', 'a@b.pkl', 'no offset, and an at sign'),
    ],
  },
  { path: 'README', format: 'text', verdict: 'clean', findings: [] },
  {
    path: 'x/odd\u202egnp.bin',
    format: 'unknown',
    verdict: 'incomplete',
    findings: [finding('unread-content', 'unread', '@0', 'of no format\u0007')],
  },
]

describe('a scan as SARIF', () => {
  const log = renderScanSarif(files, '1.2.3')
  const results = sarifResults(log)

  test('what could not be read is an error, and the run not successful', () => {
    expect(results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual([
      'pickle-dangerous-import error',
      'pickle-dangerous-import error',
      'archive-outside-data warning',
      'zip-hidden-entry error',
      'unread-content error',
    ])
    expect(wasSuccessful(log)).toBe(false)
    const read = files.filter(({ verdict }) => verdict !== 'incomplete')
    expect(wasSuccessful(renderScanSarif(read, '1.2.3'))).toBe(true)
  })

  test('an offset is one of the file, or stands beside the path inside of it', () => {
    const placed = results.map(({ row }) => row['locations'])
    const artifactLocation = { uri: 'models/%C3%A4%20b.pt' }
    const inside = (fullyQualifiedName: string) => [
      {
        physicalLocation: { artifactLocation },
        logicalLocations: [{ fullyQualifiedName, kind: 'member' }],
      },
    ]
    expect(placed.slice(0, 4)).toEqual([
      inside('archive/data.pkl@17'),
      inside('archive/data.pkl@40'),
      [{ physicalLocation: { artifactLocation, region: { byteOffset: 1200 } } }],
      inside('a@b.pkl'),
    ])
  })

  test('a finding keeps its fingerprint whatever the order and the offsets, and shares it with no other', () => {
    const moved = files.toReversed().map((file) => ({
      ...file,
      findings: file.findings
        .map((one) => ({ ...one, location: one.location.replace(/\d+$/, '99') }))
        .toReversed(),
    }))
    const fingerprints = (log_: string) => sarifResults(log_).map(({ fingerprint }) => fingerprint)
    expect(fingerprints(renderScanSarif(moved, '2.0.0')).toSorted()).toEqual(
      fingerprints(log).toSorted(),
    )
    const elsewhere = files.map((file) => ({ ...file, path: `other/${file.path}` }))
    const others = fingerprints(renderScanSarif(elsewhere, '1.2.3'))
    expect(others.filter((one) => fingerprints(log).includes(one))).toEqual([])
  })

  test('names and details show what they hide', () => {
    expect(log).toContain('⟨U+202E⟩')
    expect(log).not.toMatch(/[\p{Cf}\p{Zl}]/u)
  })
})

test('the log of an assessment is of the same form', () => {
  expect(sarifResults(renderSarif(reportFixture()))).toHaveLength(3)
})
