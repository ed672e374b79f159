// `vulns` on a root file system: advisories of a distribution name the vulnerabilities that they mend as `upstream`, and feeds
// of exploitation and VEX documents know these.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isJsonObject, type JsonValue, parseJson, utf8 } from '@proofhouse/evidence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tarOf } from '../../packages/platform/src/artifacts/inventory/disk.fixture.ts'
import { newFolder, proofhouse } from '../assess/run-program.fixture.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)
const write = (name: string, content: string | object) => {
  mkdirSync(dirname(at(name)), { recursive: true })
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content))
}

const advisory = (id: string, upstream: readonly string[]) => ({
  id,
  modified: '2026-01-05T00:00:00Z',
  upstream,
  affected: [
    {
      package: { ecosystem: 'Debian:12', name: 'zlib' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
      ecosystem_specific: { urgency: 'unimportant' },
    },
  ],
})

beforeAll(() => {
  write('root/etc/os-release', 'ID=debian\nVERSION_ID="12"\n')
  write(
    'root/var/lib/dpkg/status',
    'Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib\nVersion: 1:1.2.13-1\n',
  )
  for (const one of [
    advisory('DSA-1-1', ['CVE-2022-1', 'CVE-2022-2']),
    advisory('DEBIAN-CVE-2022-3', ['CVE-2022-3']),
  ])
    write(`osv/Debian/${one.id}.json`, one)
  write('kev.json', {
    dateReleased: '2026-01-02T00:00:00Z',
    vulnerabilities: [{ cveID: 'CVE-2022-2', dateAdded: '2022-02-02' }],
  })
  write(
    'epss.csv',
    '#model_version:v2025.03.14,score_date:2026-01-02T00:00:00Z\ncve,epss,percentile\n' +
      'CVE-2022-1,0.1,0.5\nCVE-2022-2,0.7,0.9\nCVE-2022-3,0.2,0.6\nCVE-2022-4,0.2,0.6\n',
  )
  write('vex.json', {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    timestamp: new Date().toISOString(),
    statements: ['CVE-2022-1', 'CVE-2022-3'].map((name) => ({
      vulnerability: { name },
      status: 'not_affected',
      products: ['pkg:deb/debian/zlib1g'],
    })),
  })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const checked = (...more: readonly string[]) => {
  const ran = proofhouse('vulns', at('root'), '--osv', at('osv'), '--json', ...more)
  expect(ran.err).toBe('')
  const answer: JsonValue = parseJson(utf8(ran.out), 'json-not-canonical')
  if (!isJsonObject(answer)) throw new Error('no object')
  return { ...answer, status: ran.status }
}

test('what an advisory mends is looked up in KEV and EPSS, the worst of it', () => {
  const feeds = ['--kev', at('kev.json'), '--epss', at('epss.csv')]
  expect(checked('--fail-on', 'critical', ...feeds)).toMatchObject({
    status: 1,
    findings: [
      {
        id: 'DSA-1-1',
        ids: ['DSA-1-1'],
        upstream: ['CVE-2022-1', 'CVE-2022-2'],
        kev: { dateAdded: '2022-02-02' },
        epss: { score: 0.7 },
        rating: 'low',
      },
      { id: 'DEBIAN-CVE-2022-3', kev: null, epss: { score: 0.2 } },
    ],
    feeds: [{ name: 'osv' }, { name: 'kev', records: 1 }, { name: 'epss', records: 4 }],
  })
})

test('a statement about one of several vulnerabilities does not answer for all', () => {
  expect(checked('--vex', at('vex.json'))).toMatchObject({
    findings: [
      { id: 'DSA-1-1', vex: null, standing: { breaks: true } },
      { id: 'DEBIAN-CVE-2022-3', standing: { breaks: false, why: 'vex' } },
    ],
  })
})

test('an image in which nothing names a package was not found clean', () => {
  const layer = tarOf([{ name: 'bin/app', content: 'ELF' }])
  const archive = tarOf([
    { name: 'manifest.json', content: '[{"Layers": ["layer.tar"]}]' },
    { name: 'layer.tar', content: layer },
  ])
  writeFileSync(at('scratch.tar'), archive)
  const ran = proofhouse('vulns', at('scratch.tar'), '--osv', at('osv'))
  expect(ran).toMatchObject({ status: 3, err: '' })
  expect(ran.out).toContain('nothing in it names packages')
})

test('a feed of a day to come does not say how old it is', () => {
  write('kev-later.json', {
    dateReleased: '2999-01-02T00:00:00Z',
    vulnerabilities: [{ cveID: 'CVE-1999-1', dateAdded: '2022-02-02' }],
  })
  const later = checked('--kev', at('kev-later.json'), '--feed-days', '36500')
  expect(later).toMatchObject({
    feeds: [{ name: 'osv' }, { name: 'kev', ageDays: null }],
    notChecked: [{ reason: 'feed-incomplete', detail: 'does not say how old it is' }],
  })
})
