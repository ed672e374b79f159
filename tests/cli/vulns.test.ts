// `vulns` by the real program: a requirements.txt with pins that are known to be vulnerable, and a small mirror with what OSV
// says about them.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { isJsonObject, type JsonObject, parseJson, utf8 } from '@proofhouse/evidence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { zipOf } from '../../packages/platform/src/artifacts/vulnerabilities/zip.fixture.ts'
import {
  sarifResults,
  wasSuccessful,
} from '../../packages/platform/src/reports/sarif-schema.fixture.ts'
import { newFolder, proofhouse, proofhouseIn } from '../assess/run-program.fixture.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)

const record = (id: string, name: string, events: readonly object[], more: object = {}) => ({
  id,
  modified: '2026-01-05T00:00:00Z',
  published: '2023-05-01T00:00:00Z',
  affected: [{ package: { ecosystem: 'PyPI', name }, ranges: [{ type: 'ECOSYSTEM', events }] }],
  ...more,
})
const v3 = (score: string) => ({ severity: [{ type: 'CVSS_V3', score }] })
const records = [
  record('GHSA-m2qf-hxjv-5gpq', 'flask', [{ introduced: '0' }, { fixed: '2.2.5' }], {
    aliases: ['CVE-2023-30861', 'PYSEC-2023-62'],
    summary: 'Flask vulnerable to possible disclosure of permanent session cookie',
    ...v3('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N'),
  }),
  record('PYSEC-2023-62', 'flask', [{ introduced: '0' }, { fixed: '2.2.5' }], {
    aliases: ['CVE-2023-30861', 'GHSA-m2qf-hxjv-5gpq'],
  }),
  record('GHSA-x84v-xcm2-53pg', 'requests', [{ introduced: '0' }, { fixed: '2.20.0' }], {
    aliases: ['CVE-2018-18074'],
    ...v3('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N'),
  }),
  record('GHSA-j8r2-6x86-q33q', 'requests', [{ introduced: '2.3.0' }, { fixed: '2.31.0' }], {
    aliases: ['CVE-2023-32681'],
    ...v3('CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N'),
  }),
  record('GHSA-j7hp-h8jx-5ppr', 'pillow', [{ introduced: '0' }, { fixed: '10.0.1' }], {
    aliases: ['CVE-2023-4863'],
    ...v3('CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H'),
  }),
  record('GHSA-0000-0000-0000', 'numpy', [{ introduced: '0' }], {
    withdrawn: '2024-01-01T00:00:00Z',
  }),
]
const pins =
  'Flask==2.2.4\nrequests[socks]==2.19.1 ; python_version >= "3.8"\nPillow==9.5.0\nnumpy==1.26.4\n'

beforeAll(() => {
  mkdirSync(at('osv/PyPI'), { recursive: true })
  const files = Object.fromEntries(records.map((one) => [`${one.id}.json`, JSON.stringify(one)]))
  writeFileSync(at('osv/PyPI/all.zip'), zipOf(files))
  writeFileSync(at('requirements.txt'), pins)
  writeFileSync(at('clean.txt'), 'numpy==1.26.4\n')
  writeFileSync(at('open.txt'), 'numpy>=1.26\n')
  writeFileSync(
    at('kev.json'),
    '{"dateReleased": "2026-01-02", "vulnerabilities": [{"cveID": "CVE-2023-4863", "dateAdded": "2023-09-13"}]}',
  )
  writeFileSync(
    at('epss.csv.gz'),
    gzipSync(
      '#model_version:v2025.03.14,score_date:2026-01-02\ncve,epss,percentile\nCVE-2023-32681,0.06,0.9\n',
    ),
  )
  const statement = (name: string, product: string) => ({
    vulnerability: { name },
    status: 'not_affected',
    justification: 'vulnerable_code_not_in_execute_path',
    products: [{ '@id': product }],
  })
  const document = {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    timestamp: new Date().toISOString(),
    statements: [
      statement('CVE-2023-30861', 'pkg:pypi/flask@2.2.4'),
      statement('CVE-2018-18074', 'pkg:pypi/requests'),
    ],
  }
  writeFileSync(at('vex.json'), JSON.stringify(document))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const vulns = (name: string, ...more: readonly string[]) =>
  proofhouse('vulns', at(name), '--osv', at('osv'), ...more)
const jsonOf = (text: string): JsonObject => {
  const value = parseJson(utf8(text), 'json-not-canonical')
  if (!isJsonObject(value)) throw new Error(`no object: ${text}`)
  return value
}
const at1 = (name: string, startLine: number) => ({
  physicalLocation: {
    artifactLocation: { uri: name },
    region: { startLine },
  },
})
const named = (text: string) =>
  [...text.matchAll(/^(?:critical|high|medium|low|none|unknown) +(\S+) \S+ {2}(\S+)/gm)].map(
    ([, name, id]) => `${name} ${id}`,
  )

test('exactly the advisories of the pins', () => {
  const ran = vulns('requirements.txt')
  expect(ran).toMatchObject({ status: 1, err: '' })
  expect(named(ran.out)).toEqual([
    'flask CVE-2023-30861',
    'pillow CVE-2023-4863',
    'requests CVE-2018-18074',
    'requests CVE-2023-32681',
  ])
  expect(ran.out).toContain('fixed in 2.2.5')
  expect(ran.out).toMatch(
    /osv PyPI: 6 records in \S+all\.zip, as of 2026-01-05T00:00:00Z, \d+ days? old/,
  )
})

test('what is clean passes; what was not checked does not', () => {
  expect(vulns('clean.txt')).toMatchObject({ status: 0, err: '' })
  const open = vulns('open.txt')
  expect(open.status).toBe(3)
  expect(open.out).toContain('not checked: numpy>=1.26')
  expect(vulns('open.txt', '--accept', 'numpy>=1.26').status).toBe(0)
  expect(proofhouse('vulns', at('clean.txt')).status).toBe(3)
  expect(vulns('osv').out).toContain('nothing in it names packages')
  expect(vulns('clean.txt', '--feed-days', '0').status).toBe(3)
})

test('KEV, EPSS and VEX, in JSON', () => {
  const ran = vulns(
    'requirements.txt',
    '--kev',
    at('kev.json'),
    '--epss',
    at('epss.csv.gz'),
    '--vex',
    at('vex.json'),
    '--json',
  )
  expect(ran.status).toBe(1)
  const { findings, feeds, verdict } = jsonOf(ran.out)
  expect(verdict).toBe('fail')
  expect(findings).toMatchObject([
    {
      id: 'CVE-2023-4863',
      kev: { dateAdded: '2023-09-13' },
      standing: { breaks: true, why: 'kev' },
    },
    { id: 'CVE-2023-32681', epss: { score: 0.06 }, standing: { breaks: true, why: 'severity' } },
    { id: 'CVE-2023-30861', standing: { breaks: false, why: 'vex' } },
    { id: 'CVE-2018-18074', standing: { breaks: false, why: 'vex' } },
  ])
  expect(feeds).toMatchObject([
    { name: 'osv' },
    { name: 'kev' },
    { name: 'epss', version: 'v2025.03.14' },
  ])
  const expired = vulns('requirements.txt', '--vex', at('vex.json'), '--vex-days', '0')
  expect(expired.out).toContain('VEX not_affected (expired)')
})

test('the policy decides what fails', () => {
  expect(vulns('requirements.txt', '--fail-on', 'critical').status).toBe(0)
  expect(vulns('requirements.txt', '--fail-on', 'critical', '--kev', at('kev.json')).status).toBe(1)
  const chance = ['--fail-on', 'critical', '--epss', at('epss.csv.gz'), '--fail-epss']
  expect(vulns('requirements.txt', ...chance, '0.05').status).toBe(1)
  expect(vulns('requirements.txt', ...chance, '0.07').status).toBe(0)
})

test('the ledger keeps the answer as an in-toto statement', () => {
  const out = at('work')
  const unread = proofhouse('vulns', at('clean.txt'), '--out', out)
  expect([unread.status, unread.out]).toEqual([
    3,
    expect.stringContaining('not recorded: no advisory was read'),
  ])
  const ran = vulns('requirements.txt', '--out', out, '--json')
  expect(jsonOf(ran.out)['recorded']).toMatchObject({
    entries: [{ index: 0 }],
    ledger: { size: 1 },
  })
  const bundle = readFileSync(join(out, 'ledger/tile/entries/000.p/1')).toString('latin1')
  const payload = /"payload":"([^"]+)"/.exec(bundle)?.[1] ?? ''
  expect(jsonOf(Buffer.from(payload, 'base64').toString())).toMatchObject({
    predicateType: 'https://in-toto.io/attestation/vulns/v0.2',
    subject: [{ name: at('requirements.txt') }],
    predicate: {
      scanner: { db: { lastUpdate: '2026-01-05T00:00:00.000Z' }, result: { length: 4 } },
      'https://proofhouse.dev/vulnerability-check': { verdict: 'fail', notChecked: [] },
    },
  })
})

test('SARIF: a result for each advisory and file, by line; what VEX answers for is suppressed', () => {
  const sarif = at('vulns.sarif')
  const log = (name: string, ...more: readonly string[]) => {
    vulns(name, '--sarif', sarif, ...more)
    return readFileSync(sarif, 'utf8')
  }
  const first = log('requirements.txt', '--vex', at('vex.json'))
  expect(sarifResults(first).map(({ ruleId, level, row }) => [ruleId, level, row])).toMatchObject([
    ['CVE-2023-4863', 'error', { locations: [at1('requirements.txt', 3)] }],
    ['CVE-2023-32681', 'warning', { locations: [at1('requirements.txt', 2)] }],
    ['CVE-2023-30861', 'note', { suppressions: [{ kind: 'external' }] }],
    ['CVE-2018-18074', 'note', { suppressions: [{ kind: 'external' }] }],
  ])
  expect([wasSuccessful(first), wasSuccessful(log('open.txt'))]).toEqual([true, false])
  // Lines and order move; what was found stays the same.
  mkdirSync(at('moved'))
  writeFileSync(at('moved/requirements.txt'), `# pins\n${pins.split('\n').toReversed().join('\n')}`)
  const byFingerprint = (text: string) =>
    sarifResults(text)
      .map(({ fingerprint }) => fingerprint)
      .toSorted()
  const here = proofhouseIn(folder, 'vulns', 'requirements.txt', '--osv', 'osv', '--sarif', sarif)
  const before = readFileSync(sarif, 'utf8')
  proofhouseIn(at('moved'), 'vulns', 'requirements.txt', '--osv', at('osv'), '--sarif', sarif)
  expect(here.status).toBe(1)
  expect(byFingerprint(readFileSync(sarif, 'utf8'))).toEqual(byFingerprint(before))
  expect(vulns('requirements.txt', '--recheck', '--out', at('w'), '--sarif', sarif).status).toBe(2)
})

test('--recheck says what became known of recorded bills since they were checked', () => {
  const out = at('recorded')
  const recheck = (mirror: string, ...more: readonly string[]) =>
    proofhouse('vulns', '--recheck', '--out', out, '--osv', at(mirror), ...more)
  expect(recheck('osv').err).toContain('[ledger-missing]')
  const bill = (name: string) =>
    proofhouse('bom', at(name), '--file', at(`${name}.json`), '--out', out)
  expect([bill('requirements.txt').status, bill('open.txt').status]).toEqual([0, 3])
  // The older mirror knew half of it.
  mkdirSync(at('older/PyPI'), { recursive: true })
  for (const one of records.slice(0, 2))
    writeFileSync(at(`older/PyPI/${one.id}.json`), JSON.stringify(one))
  const first = recheck('older', '--json')
  expect(first.status).toBe(1)
  expect(jsonOf(first.out)['boms']).toMatchObject([
    { index: 0, verdict: 'fail', since: null, becameKnown: [{ id: 'CVE-2023-30861' }] },
    { index: 1, verdict: 'undecided', since: null, becameKnown: [], notChecked: { length: 1 } },
  ])
  const second = recheck('osv', '--json')
  expect(jsonOf(second.out)['boms']).toMatchObject([
    {
      since: { index: 2 },
      becameKnown: [{ id: 'CVE-2023-4863' }, { id: 'CVE-2018-18074' }, { id: 'CVE-2023-32681' }],
      findings: { length: 4 },
      entries: [{ index: 4 }],
    },
    { since: { index: 3 }, becameKnown: [] },
  ])
  const third = recheck('osv')
  expect(third.out).toContain('(entry 4): 0')
  expect(third.out).toContain('known before:')
  expect(proofhouse('vulns', at('clean.txt'), '--recheck', '--out', out).status).toBe(2)
})

test.each([
  [['--fail-on', 'severe'], 'usage-invalid'],
  [['--fail-epss', '0.1'], 'usage-invalid'],
  [['--feed-days', '-1'], 'usage-invalid'],
  [['--kev', 'requirements.txt'], 'feed-malformed'],
  [['--vex', 'gone.json'], 'file-missing'],
])('%j is refused', (more, code) => {
  const ran = vulns('clean.txt', ...more.map((one) => (/\.(txt|json)$/.test(one) ? at(one) : one)))
  expect(ran.err).toContain(`[${code}]`)
  expect(ran.status).toBe(code === 'feed-malformed' ? 3 : 2)
})
