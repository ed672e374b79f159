// A requirements.txt as pip-compile writes it, against records of the form in which OSV publishes them: two databases that
// name each other as aliases, several ranges, versions listed beside commits, what was mended in the very version that is
// pinned, what was withdrawn, malware, and records of other packages. What is found is exactly what is known of the pins.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { zipOf } from '../../packages/platform/src/artifacts/vulnerabilities/zip.fixture.ts'
import { newFolder, proofhouse } from '../assess/run-program.fixture.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** `0..2.2.5 2.3.0..2.3.2`: introduced and fixed; `..=` for the last affected, nothing behind for no fix. */
const eventsIn = (range: string) => {
  const [introduced = '', end = ''] = range.split('..')
  const last = end.startsWith('=') ? { last_affected: end.slice(1) } : { fixed: end }
  return [{ introduced }, ...(end === '' ? [] : [last])]
}

/** As GitHub's advisories are: an entry of `affected` for each range, a vector, and a word. */
const github = (
  id: string,
  cve: string,
  name: string,
  { ranges, vector, word }: { ranges: string; vector: string; word: string },
) => ({
  schema_version: '1.7.3',
  id,
  modified: '2025-02-21T05:30:56.331265Z',
  published: '2023-05-01T19:22:20Z',
  aliases: [cve],
  summary: `What ${cve} is about`,
  details: 'At length.',
  severity: [{ type: vector.startsWith('CVSS:4') ? 'CVSS_V4' : 'CVSS_V3', score: vector }],
  affected: ranges.split(' ').map((range) => ({
    package: { ecosystem: 'PyPI', name, purl: `pkg:pypi/${name}` },
    ranges: [{ type: 'ECOSYSTEM', events: eventsIn(range) }],
    database_specific: { source: `https://example.org/${id}.json` },
  })),
  references: [{ type: 'PACKAGE', url: `https://example.org/${name}` }],
  database_specific: { cwe_ids: ['CWE-539'], severity: word, github_reviewed: true },
})

/** As PyPA's are: every range in one entry, commits beside them, every version listed, and no severity. */
const pypa = (
  id: string,
  aliases: readonly string[],
  name: string,
  { ranges, versions }: { ranges: string; versions: readonly string[] },
) => ({
  id,
  modified: '2023-11-08T04:12:29.249Z',
  published: '2023-05-02T18:15:00Z',
  aliases,
  details: 'At length.',
  affected: [
    {
      package: { ecosystem: 'PyPI', name, purl: `pkg:pypi/${name}` },
      ranges: [
        {
          type: 'GIT',
          repo: `https://example.org/${name}`,
          events: [{ introduced: '0' }, { fixed: '70f906c51ce49c485f1d355703e9cc3386b1cc2b' }],
        },
        { type: 'ECOSYSTEM', events: ranges.split(' ').flatMap(eventsIn) },
      ],
      versions,
    },
  ],
})

const high = { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', word: 'HIGH' }
const medium = { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', word: 'MODERATE' }
const low = { vector: 'CVSS:3.1/AV:A/AC:H/PR:L/UI:N/S:U/C:N/I:L/A:N', word: 'LOW' }
const critical = {
  vector: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
  word: 'CRITICAL',
}

// Advisories of 2099 are made up.
const records = [
  github('GHSA-m2qf-hxjv-5gpq', 'CVE-2023-30861', 'flask', {
    ranges: '2.3.0..2.3.2 0..2.2.5',
    ...high,
  }),
  pypa('PYSEC-2023-62', ['CVE-2023-30861', 'GHSA-m2qf-hxjv-5gpq'], 'flask', {
    ranges: '0..2.2.5 2.3.0..2.3.2',
    versions: ['2.2.3', '2.2.4', '2.3.0', '2.3.1'],
  }),
  github('GHSA-px8h-6qxv-m22q', 'CVE-2023-23934', 'Werkzeug', { ranges: '0..2.2.3', ...low }),
  github('GHSA-2g68-c3qc-8985', 'CVE-2024-34069', 'werkzeug', { ranges: '0..3.0.3', ...high }),
  pypa('PYSEC-2023-221', ['CVE-2023-46136', 'GHSA-hrfv-mqp8-q5rw'], 'werkzeug', {
    ranges: '3.0.0..3.0.1 0..2.3.8',
    versions: ['2.2.2', '3.0.0'],
  }),
  github('GHSA-hrfv-mqp8-q5rw', 'CVE-2023-46136', 'Werkzeug', {
    ranges: '3.0.0..3.0.1 0..2.3.8',
    ...high,
  }),
  github('GHSA-9wx4-h78v-vm56', 'CVE-2024-35195', 'requests', { ranges: '0..2.32.0', ...medium }),
  // Mended in the version that is pinned.
  github('GHSA-j8r2-6x86-q33q', 'CVE-2023-32681', 'requests', {
    ranges: '2.3.0..2.31.0',
    ...medium,
  }),
  github('GHSA-v845-jxx5-vc9f', 'CVE-2023-43804', 'urllib3', {
    ranges: '2.0.0..2.0.6 0..1.26.17',
    ...medium,
  }),
  github('GHSA-34jh-p97f-mpxf', 'CVE-2024-37891', 'urllib3', {
    ranges: '2.0.0..2.2.2 0..1.26.19',
    ...medium,
  }),
  github('GHSA-53q9-r3pm-6pq6', 'CVE-2025-32434', 'torch', { ranges: '0..2.6.0', ...critical }),
  // The last that is affected, and the one after it.
  github('GHSA-0000-0000-0003', 'CVE-2099-0003', 'torch', { ranges: '0..=2.0.1', ...low }),
  github('GHSA-0000-0000-0002', 'CVE-2099-0002', 'torch', { ranges: '0..=2.0.0', ...low }),
  github('GHSA-248v-346w-9cwc', 'CVE-2024-39689', 'certifi', {
    ranges: '2021.5.30..2024.7.4',
    ...high,
  }),
  // No fix.
  github('GHSA-0000-0000-0001', 'CVE-2099-0001', 'protobuf', { ranges: '0..', ...high }),
  {
    ...github('GHSA-0000-0000-0005', 'CVE-2099-0005', 'numpy', { ranges: '0..', ...medium }),
    withdrawn: '2024-01-01T00:00:00Z',
  },
  {
    id: 'MAL-2024-9999',
    modified: '2024-05-01T00:00:00Z',
    affected: [{ package: { ecosystem: 'PyPI', name: 'zope-interfaces' }, versions: ['5.0'] }],
  },
  {
    id: 'MAL-2024-9998',
    modified: '2024-05-01T00:00:00Z',
    affected: [{ package: { ecosystem: 'PyPI', name: 'reqests' }, versions: ['2.31.0'] }],
  },
  github('GHSA-0000-0000-0004', 'CVE-2099-0004', 'flask-cors', { ranges: '0..', ...critical }),
]

const digest = (byte: string) => `--hash=sha256:${byte.repeat(32)}`
const requirements = `#
# This file is autogenerated by pip-compile with Python 3.11
# by the following command:
#
#    pip-compile --generate-hashes requirements.in
#
--index-url https://pypi.org/simple
--extra-index-url https://download.pytorch.org/whl/cu118

certifi==2023.7.22 \\
    ${digest('aa')} \\
    ${digest('ab')}
    # via requests
Flask==2.2.4 \\
    ${digest('ac')}
    # via -r requirements.in
numpy==1.26.4 ; python_version >= "3.9" \\
    ${digest('ad')}
protobuf===4.25.3
requests[socks] == 2.31.0 \\
    ${digest('ae')}
torch==2.0.1+cu118
urllib3==1.26.18    # via requests
Werkzeug==2.2.2
zope.interfaces==5.0
`

const found = (purl: string, line: number, ids: readonly string[], rated: string) => ({
  package: { purl: `pkg:pypi/${purl}`, places: [{ line }] },
  ids,
  rating: rated.split(' ')[0],
  fix: rated.split(' ')[1] ?? null,
})

test('exactly what is known of the pins of a requirements.txt', () => {
  mkdirSync(at('osv/PyPI'), { recursive: true })
  const files = Object.fromEntries(records.map((one) => [`${one.id}.json`, JSON.stringify(one)]))
  writeFileSync(at('osv/PyPI/all.zip'), zipOf(files))
  writeFileSync(at('requirements.txt'), requirements)
  const ran = proofhouse('vulns', at('requirements.txt'), '--osv', at('osv'), '--json')
  expect(ran).toMatchObject({ status: 1, err: '' })
  const answer: unknown = JSON.parse(ran.out)
  // Worst first, then by package; `toMatchObject` wants as many as there are.
  expect(answer).toMatchObject({
    packages: 9,
    notChecked: [],
    feeds: [{ records: records.length }],
    findings: [
      found('torch@2.0.1%2Bcu118', 22, ['CVE-2025-32434', 'GHSA-53q9-r3pm-6pq6'], 'critical 2.6.0'),
      found('zope-interfaces@5.0', 25, ['MAL-2024-9999'], 'critical'),
      found('certifi@2023.7.22', 10, ['CVE-2024-39689', 'GHSA-248v-346w-9cwc'], 'high 2024.7.4'),
      found(
        'flask@2.2.4',
        14,
        ['CVE-2023-30861', 'GHSA-m2qf-hxjv-5gpq', 'PYSEC-2023-62'],
        'high 2.2.5',
      ),
      found('protobuf@4.25.3', 19, ['CVE-2099-0001', 'GHSA-0000-0000-0001'], 'high'),
      found(
        'werkzeug@2.2.2',
        24,
        ['CVE-2023-46136', 'GHSA-hrfv-mqp8-q5rw', 'PYSEC-2023-221'],
        'high 2.3.8',
      ),
      found('werkzeug@2.2.2', 24, ['CVE-2024-34069', 'GHSA-2g68-c3qc-8985'], 'high 3.0.3'),
      found('requests@2.31.0', 20, ['CVE-2024-35195', 'GHSA-9wx4-h78v-vm56'], 'medium 2.32.0'),
      found('urllib3@1.26.18', 23, ['CVE-2024-37891', 'GHSA-34jh-p97f-mpxf'], 'medium 1.26.19'),
      found('torch@2.0.1%2Bcu118', 22, ['CVE-2099-0003', 'GHSA-0000-0000-0003'], 'low'),
      found('werkzeug@2.2.2', 24, ['CVE-2023-23934', 'GHSA-px8h-6qxv-m22q'], 'low 2.2.3'),
    ],
  })
})
