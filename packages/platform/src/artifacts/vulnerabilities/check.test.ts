import { describe, expect, test } from 'vitest'
import { readableFiles } from '../../adapters/readable-files.ts'
import { folderOf } from '../inventory/disk.fixture.ts'
import type { Package } from '../inventory/package.ts'
import {
  cargoPackage,
  condaPackage,
  goPackage,
  npmPackage,
  pythonPackage,
  systemPackage,
} from '../inventory/purl.ts'
import { matchPackages, readAdvisories } from './check.ts'
import type { Finding } from './findings.ts'
import { standingOf, verdictOf, type VulnerabilityPolicy } from './judgement.ts'
import { zipOf } from './zip.fixture.ts'

const found = { places: [{ path: 'x' }] }

interface Advisory {
  readonly id: string
  readonly affected: readonly object[]
  readonly [field: string]: unknown
}
const affects = (ecosystem: string, name: string, ...events: readonly object[]) => ({
  package: { ecosystem, name },
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, ...events] }],
})
const advisory = (id: string, affected: readonly object[], more: object = {}): Advisory => ({
  id,
  modified: '2026-01-01T00:00:00Z',
  affected,
  ...more,
})

const zipped = (records: readonly Advisory[]) =>
  zipOf(Object.fromEntries(records.map((one) => [`${one.id}.json`, JSON.stringify(one)])))
const mirrorOf = (records: Readonly<Record<string, readonly Advisory[]>>) =>
  folderOf(
    Object.fromEntries(
      Object.entries(records).map(([name, all]) => [`${name}/all.zip`, zipped(all)]),
    ),
  )
const match = async (packages: readonly Package[], mirror: string | null) => {
  const advisories = await readAdvisories(readableFiles, packages, mirror)
  const { findings, notChecked, feeds } = matchPackages(packages, advisories)
  return {
    findings: findings.map(({ package: one, id }) => `${one.name} ${id}`).toSorted(),
    full: findings,
    notChecked: notChecked.map(({ reason, what }) => `${reason}: ${what}`),
    feeds,
  }
}

const flask = pythonPackage('Flask', '2.2.4', found)

describe('records', () => {
  test('names are normal forms, and other ecosystems are others', async () => {
    const mirror = mirrorOf({
      PyPI: [
        advisory('A', [affects('PyPI', 'FLASK', { fixed: '2.2.5' })]),
        advisory('B', [affects('npm', 'flask')]),
        advisory('C', [affects('PyPI', 'flask-cors')]),
        advisory('D', [affects('PyPI', 'flask', { fixed: '2.2.4' })]),
        advisory('E', [affects('PyPI', 'flask')], { withdrawn: '2026-01-02T00:00:00Z' }),
      ],
    })
    const { findings, notChecked, feeds } = await match([flask], mirror)
    expect([findings, notChecked]).toEqual([['flask A'], []])
    expect(feeds).toMatchObject([
      { ecosystem: 'PyPI', records: 5, updated: '2026-01-01T00:00:00Z' },
    ])
  })

  test('aliases are one finding, whoever names whom', async () => {
    const mirror = mirrorOf({
      PyPI: [
        advisory('GHSA-1', [affects('PyPI', 'flask', { fixed: '2.3' })], {
          aliases: ['CVE-2023-1'],
          severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }],
          database_specific: { severity: 'MODERATE' },
        }),
        advisory('CVE-2023-9', [affects('PyPI', 'flask')]),
        advisory('GHSA-9', [affects('PyPI', 'flask', { fixed: '3' })], { aliases: ['CVE-2023-9'] }),
        advisory('PYSEC-1', [affects('PyPI', 'flask', { fixed: '2.2.5' })], {
          aliases: ['CVE-2023-1'],
          modified: '2026-02-01T00:00:00Z',
        }),
        advisory('MAL-1', [affects('PyPI', 'flask')]),
      ],
    })
    const { full, findings } = await match([flask], mirror)
    expect(findings).toEqual(['flask CVE-2023-1', 'flask CVE-2023-9', 'flask MAL-1'])
    expect(full.find(({ id }) => id === 'CVE-2023-1')).toMatchObject({
      ids: ['CVE-2023-1', 'GHSA-1', 'PYSEC-1'],
      records: ['GHSA-1', 'PYSEC-1'],
      rating: 'high',
      // With 2.2.5 the other record would be left.
      fix: '2.3',
      modified: '2026-02-01T00:00:00Z',
    })
    expect(full.find(({ id }) => id === 'CVE-2023-9')).toMatchObject({
      rating: 'unknown',
      fix: null,
    })
    expect(full.find(({ id }) => id === 'MAL-1')).toMatchObject({
      malware: true,
      rating: 'critical',
    })
  })

  test('names that two others join are one finding, in whatever order they come', async () => {
    const joined = [
      advisory('A', [affects('PyPI', 'flask')], { aliases: ['B'] }),
      advisory('C', [affects('PyPI', 'flask')], { aliases: ['D'] }),
      advisory('E', [affects('PyPI', 'flask')], { aliases: ['D', 'B'] }),
      advisory('F', [affects('PyPI', 'flask')], { aliases: ['F', 'G'] }),
    ]
    for (const records of [joined, joined.toReversed()]) {
      const { full } = await match([flask], mirrorOf({ PyPI: records }))
      expect(full.map(({ ids }) => ids.join('')).toSorted()).toEqual(['ABCDE', 'FG'])
    }
  })

  test('words of severity count wherever a record has them', async () => {
    const said = (specific: object) => [{ ...affects('PyPI', 'flask'), ...specific }]
    const mirror = mirrorOf({
      PyPI: [
        advisory('A', said({ database_specific: { severity: 'HIGH' } })),
        advisory('B', said({ ecosystem_specific: { urgency: 'unimportant' } })),
        advisory('C', said({ ecosystem_specific: { urgency: 'not yet assigned', severity: 1 } })),
        advisory('D', [{ package: null, ranges: [] }, ...said({})], {
          database_specific: { severity: 'CRITICAL' },
        }),
      ],
    })
    const { full, notChecked } = await match([flask], mirror)
    expect(full.map(({ id, rating }) => [id, rating])).toEqual([
      ['A', 'high'],
      ['B', 'low'],
      ['C', 'unknown'],
      ['D', 'critical'],
    ])
    expect(notChecked).toEqual([])
  })

  test('distributions: by source package and its version, of the release or of all', async () => {
    const system = { type: 'deb', distribution: 'debian', release: '12', architecture: '' } as const
    const zlib = systemPackage(
      {
        ...system,
        ecosystem: 'Debian:12',
        name: 'zlib1g',
        version: '1:1.2.13-1+b1',
        source: { name: 'zlib', version: '1:1.2.13-1' },
      },
      found,
    )
    const mirror = mirrorOf({
      Debian: [
        advisory('DSA-1', [affects('Debian:12', 'zlib', { fixed: '1:1.2.13-2' })]),
        advisory('DSA-2', [affects('Debian:12', 'zlib', { fixed: '1:1.2.13-1' })]),
        advisory('DSA-3', [affects('Debian:11', 'zlib')]),
        advisory('DSA-4', [affects('Debian', 'zlib')]),
        advisory('DSA-5', [affects('Debian:12', 'zlib1g')]),
      ],
    })
    expect((await match([zlib], mirror)).findings).toEqual(['zlib1g DSA-1', 'zlib1g DSA-4'])
    const unwatched = await match([{ ...zlib, ecosystem: 'Debian:99' }], mirror)
    expect(unwatched.notChecked).toEqual(['feed-missing: 1 of Debian:99'])
  })

  test('modules of Go and crates of Rust, however a purl writes their names', async () => {
    const mirror = mirrorOf({
      Go: [
        advisory('GO-1', [affects('Go', 'github.com/Azure/one', { fixed: '1.2.4' })]),
        advisory('GO-2', [affects('Go', 'github.com/Azure/one', { fixed: '1.2.3' })]),
      ],
      'crates.io': [advisory('RUSTSEC-1', [affects('crates.io', 'serde', { fixed: '1.0.1' })])],
    })
    const packages = [
      goPackage('github.com/azure/one', 'v1.2.3', found),
      cargoPackage('serde', '1.0.0', found),
    ]
    const { findings, notChecked } = await match(packages, mirror)
    expect(findings).toEqual(['github.com/azure/one GO-1', 'serde RUSTSEC-1'])
    expect(notChecked).toEqual([])
  })

  test('a date that is none does not hide how old the others are', async () => {
    const mirror = mirrorOf({
      PyPI: ['2026-01-01T00:00:00Z', 'zzz', '2026-01-01T00:00:00.5Z'].map((modified, n) =>
        advisory(`A${n}`, [affects('PyPI', 'flask')], { modified }),
      ),
    })
    const { feeds, findings } = await match([flask], mirror)
    expect(findings).toHaveLength(3)
    expect(feeds).toMatchObject([{ updated: '2026-01-01T00:00:00.5Z' }])
  })

  test('loose files, in a folder of their ecosystem or of all', async () => {
    const record = JSON.stringify(advisory('A', [affects('PyPI', 'flask')]))
    for (const name of ['PyPI/A.json', 'A.json']) {
      const { findings, notChecked } = await match([flask], folderOf({ [name]: record }))
      expect([findings, notChecked], name).toEqual([['flask A'], []])
    }
  })
})

describe('what was not checked is said', () => {
  test('a feed that is missing, or empty, or not given', async () => {
    const lodash = npmPackage('lodash', '4.17.20', found)
    const mirror = mirrorOf({ npm: [], PyPI: [advisory('A', [])] })
    expect((await match([flask, lodash], mirror)).notChecked).toEqual(['feed-missing: 1 of npm'])
    expect((await match([flask], null)).notChecked).toEqual(['feed-missing: 1 of PyPI'])
    const only = folderOf({ 'A.json': JSON.stringify(advisory('A', [affects('npm', 'x')])) })
    expect((await match([flask], only)).notChecked).toEqual(['feed-missing: 1 of PyPI'])
    await expect(match([flask], '/nowhere')).rejects.toMatchObject({ code: 'file-missing' })
  })

  test('an ecosystem, and a version, that nothing is known of', async () => {
    const { notChecked } = await match(
      [condaPackage('numpy', '1', found), pythonPackage('odd', 'not.a.version', found)],
      mirrorOf({ PyPI: [advisory('A', [])] }),
    )
    expect(notChecked).toEqual([
      'unknown-ecosystem: numpy 1',
      'version-not-understood: odd not.a.version',
    ])
  })

  test.each([
    ['no JSON', '{'],
    ['no id', '{"modified": "2026"}'],
    ['affected that is no list', '{"id": "X", "modified": "2026", "affected": {}}'],
    [
      'events that are no texts',
      '{"id": "X", "modified": "2026", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": 1}]}]}]}',
    ],
    ['no UTF-8', Uint8Array.of(0xff)],
    ['nesting that would cost a hundredfold', '[{"":'.repeat(300_000)],
  ])('a record with %s, while others are read', async (_, broken) => {
    const record = JSON.stringify(advisory('A', [affects('PyPI', 'flask')]))
    const mirror = folderOf({ 'PyPI/A.json': record, 'PyPI/B.json': broken })
    const { findings, notChecked } = await match([flask], mirror)
    expect(findings).toEqual(['flask A'])
    expect(notChecked).toEqual([`feed-incomplete: ${mirror}/PyPI`])
  })

  test('an archive cut off', async () => {
    const whole = zipped([advisory('A', [affects('PyPI', 'flask')])])
    const mirror = folderOf({ 'PyPI/all.zip': whole.subarray(0, -5) })
    const { notChecked } = await match([flask], mirror)
    expect(notChecked).toEqual([
      `feed-incomplete: ${mirror}/PyPI/all.zip`,
      'feed-missing: 1 of PyPI',
    ])
  })

  test('a record that names commits only', async () => {
    const git = {
      package: { ecosystem: 'PyPI', name: 'flask' },
      ranges: [{ type: 'GIT', events: [] }],
    }
    const { notChecked } = await match([flask], mirrorOf({ PyPI: [advisory('G', [git])] }))
    expect(notChecked).toEqual(['advisory-not-understood: G for flask 2.2.4'])
  })
})

describe('the policy', () => {
  const finding: Finding = {
    package: flask,
    id: 'CVE-1',
    ids: ['CVE-1'],
    upstream: [],
    records: ['CVE-1'],
    summary: '',
    malware: false,
    rating: 'medium',
    severities: [],
    fix: null,
    published: null,
    modified: '',
    kev: null,
    epss: { score: 0.2, percentile: 0.9 },
    vex: null,
  }
  const policy: VulnerabilityPolicy = {
    severityMin: 'none',
    fixableOnly: false,
    epssMin: null,
    feedAgeMaxDays: null,
    accepted: [],
  }
  const kev = { dateAdded: '2026-01-01', dueDate: null, ransomware: false }
  const statement = {
    ids: ['CVE-1'],
    justification: null,
    note: null,
    date: null,
    expires: null,
    products: [],
    components: [],
    source: 'v',
  }
  const vex = (status: 'not_affected' | 'fixed' | 'affected', state: 'holds' | 'expired') => ({
    vex: { statement: { ...statement, status }, state },
  })
  test.each([
    [{}, {}, true],
    [{}, { severityMin: 'medium' }, true],
    [{}, { severityMin: 'high' }, false],
    [{ rating: 'unknown' }, { severityMin: 'critical' }, true],
    [{ rating: 'none' }, {}, true],
    [{}, { fixableOnly: true }, false],
    [{ fix: '2' }, { fixableOnly: true }, true],
    [{ kev }, { fixableOnly: true, severityMin: 'critical' }, true],
    [{ malware: true }, { fixableOnly: true, severityMin: 'critical' }, true],
    [{}, { severityMin: 'high', epssMin: 0.2 }, true],
    [{}, { severityMin: 'high', epssMin: 0.21 }, false],
    [{ epss: null }, { severityMin: 'high', epssMin: 0 }, false],
    [{ kev, ...vex('not_affected', 'holds') }, {}, false],
    [vex('fixed', 'holds'), {}, false],
    [vex('affected', 'holds'), {}, true],
    [vex('not_affected', 'expired'), {}, true],
  ] as const)('%o under %o breaks: %s', (given, asked, breaks) => {
    expect(standingOf({ ...finding, ...given }, { ...policy, ...asked }).breaks).toBe(breaks)
  })

  test.each([
    ['unpinned', [], 'undecided'],
    ['unpinned', ['unpinned'], 'pass'],
    ['unpinned', ['numpy>=1'], 'pass'],
    ['unpinned', ['numpy'], 'undecided'],
    ['unreadable', ['unreadable', 'numpy>=1'], 'undecided'],
    ['feed-missing', ['feed-missing', 'numpy>=1'], 'undecided'],
  ] as const)('what is %s, with %j accepted, is %s', (reason, accepted, verdict) => {
    const notChecked = [{ reason, what: 'numpy>=1', detail: '', place: null }]
    expect(verdictOf([], notChecked, { ...policy, accepted })).toBe(verdict)
  })
})
