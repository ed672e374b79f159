import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareApkVersions } from './apk-version.ts'
import { compareDpkgVersions } from './dpkg-version.ts'
import { orderOf, type VersionOrder } from './version-order.ts'

const python = orderOf('PyPI')
const npm = orderOf('npm')

/** Each row in ascending order; `=` joins equals. */
function expectAscending(order: VersionOrder | null, text: string): void {
  const groups = text
    .trim()
    .split(/\s+/)
    .map((group) => group.split('='))
  for (const [i, a] of groups.entries())
    for (const [j, b] of groups.entries())
      for (const left of a)
        for (const right of b)
          expect(Math.sign(order?.(left, right) ?? Number.NaN), `${left} against ${right}`).toBe(
            Math.sign(i - j),
          )
}

test('PEP 440, as its own examples are ordered', () => {
  expectAscending(
    python,
    '1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1=1.0c1=1.0-pre1 1.0=1=v1.0.0 1.0.post456.dev34 1.0.post456=1.0-456 1.0.15 1.1.dev1 1!0.1',
  )
})

test('a local label counts only against another', () => {
  expect(python?.('2.5.1+cu124', '2.5.1')).toBe(0)
  expect(python?.('2.5.1+cu124', '2.5.1+cu121')).toBeGreaterThan(0)
})

test('Semantic Versioning 2.0, as its own examples are ordered', () => {
  expectAscending(
    npm,
    '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0=1.0.0+build 2.0.0 2.1.0 2.1.1',
  )
})

test('crates of Rust, and modules of Go with their `v` and without', () => {
  expectAscending(orderOf('crates.io'), '0.9.9 1.0.0-rc.1 1.0.0=1.0.0+1 1.0.10')
  expectAscending(
    orderOf('Go'),
    'v0.0.0-20230101000000-abcdefabcdef=0.0.0-20230101000000-abcdefabcdef v0.0.0-20240101000000-abcdefabcdef 0.3.8 v3.0.0+incompatible=3.0.0',
  )
})

test('Debian Policy 5.6.12', () => {
  expectAscending(
    compareDpkgVersions,
    '1.0~~ 1.0~~a 1.0~ 1.0=1.0-0=0:1.0-00 1.0-0a 1.0-1~deb7u1 1.0-1=1.0-01 1.0-1ubuntu1~x 1.0-1ubuntu1 1.0-1+b1 1.0-2 1.0a 1.0+b 1.0.1 1.00000009 1.10 1:0.1 10:0',
  )
  expectAscending(
    compareDpkgVersions,
    '2.7.4+reloaded2-13 2.7.4+reloaded2-13ubuntu1 2.7.4+reloaded2-13+deb9u1',
  )
  expectAscending(compareDpkgVersions, '1.2-3-4 1.2-3-5')
})

test("Alpine's apk-package(5)", () => {
  expectAscending(
    compareApkVersions,
    '0.1.0_alpha_pre2 0.1.0_alpha 0.1.0_alpha2 0.1.0_beta 0.1.0_pre20191002 0.1.0_rc1 0.1.0=0.1.0~abc 0.1.0-r1 0.1.0-r10 0.1.0_git1 0.1.0_p1 0.1.0_p16-r2 0.1.0a 0.1.0.1 0.9.28 1.02.07 1.02.10 1.06-r6 1.1 1.10',
  )
})

describe('nothing is concluded from what is no version', () => {
  test.each([
    [python, 'not-a-version'],
    [python, '1.0.*'],
    [python, '20240101010101010101'],
    [npm, '1.2'],
    [npm, 'latest'],
    [compareDpkgVersions, ''],
    [compareDpkgVersions, '1.0-'],
    [compareDpkgVersions, 'a:1'],
    [compareDpkgVersions, '1 0'],
    [compareApkVersions, '1-r'],
    [compareApkVersions, '1_foo'],
    [compareApkVersions, '-r1'],
  ])('%o %s', (order, text) => {
    expect(order?.(text, '1.0.0')).toBeNull()
    expect(order?.('1.0.0', text)).toBeNull()
  })
  test('nor of an ecosystem that is not known', () => {
    expect(orderOf('RubyGems')).toBeNull()
    expect(['Debian:12', 'Ubuntu:22.04:LTS', 'Alpine:v3.19', 'Wolfi'].map(orderOf)).not.toContain(
      null,
    )
  })
})

test.each([
  [
    'dpkg',
    compareDpkgVersions,
    fc.stringMatching(/^([0-9]:)?[0-9][0-9a~+.]{0,5}(-[0-9a~+]{1,3})?$/),
  ],
  [
    'apk',
    compareApkVersions,
    fc.stringMatching(/^[0-9]{1,2}(\.[0-9]{1,2}){0,2}[ab]?(_(rc|p)[0-9]?)?(-r[0-9])?$/),
  ],
])('%s: an order, whichever way it is asked', (_, order, versions) => {
  fc.assert(
    fc.property(versions, versions, versions, (a, b, c) => {
      const sign = (x: string, y: string) => Math.sign(order(x, y) ?? Number.NaN)
      expect(sign(a, b) + sign(b, a)).toBe(0)
      expect(sign(a, a)).toBe(0)
      if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0)
    }),
    { numRuns: 300 },
  )
})
