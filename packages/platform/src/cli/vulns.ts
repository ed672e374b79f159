// `proofhouse vulns [PATH] --osv DIR`

import { OperatingError } from '@proofhouse/evidence'
import { checkVulnerabilities, recheckBoms, type VulnerabilityRequest } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printRecheck, printVulnerabilities } from './vulnerabilities-output.ts'

const severities = ['none', 'low', 'medium', 'high', 'critical'] as const

/** Days after which a VEX statement that nobody looked at again no longer holds. */
const vexAgeMaxDays = 365

/** Checks packages for known vulnerabilities. */
export const vulns: Command = {
  words: ['vulns'],
  summary: 'check the packages of a file, folder or image for known vulnerabilities',
  details: `PATH is a requirements or lock file (pip, uv, Poetry, PDM, Pipenv, npm, Yarn, pnpm,
Cargo, Go), a pyproject.toml, an environment.yml, a CycloneDX BOM, a folder with any
of these, an installed environment, a root file system, or an image as \`docker save\`
or \`docker export\` writes it.
Advisories come from a mirror of OSV: a folder with PyPI/all.zip, npm/all.zip … as
https://osv-vulnerabilities.storage.googleapis.com offers them, or with loose records.

With --recheck what a ledger records as bills of materials (see \`bom\`) is checked
again, and what became known since the last check stands first.

Exits with 1 when a finding breaks the policy, and with 3 when something could not be
checked: a package without one version, a missing feed, a file that is not read.`,
  operands: [{ name: 'PATH', description: 'what to check', fallback: '.' }],
  options: {
    osv: { value: 'DIR', description: 'the mirror of OSV; without it nothing is checked' },
    kev: { value: 'FILE', description: "CISA's known exploited vulnerabilities, JSON" },
    epss: { value: 'FILE', description: 'chances of exploitation (FIRST EPSS), .csv or .csv.gz' },
    vex: { value: 'FILES', description: 'OpenVEX or CycloneDX documents, with commas' },
    'vex-days': {
      value: 'N',
      description: `days for which a VEX statement holds (default: ${vexAgeMaxDays})`,
    },
    product: { value: 'ID', description: 'what VEX documents call this product' },
    'fail-on': {
      value: 'LEVEL',
      description: 'least severity that fails: low, medium, high, critical (default: any)',
    },
    'fail-epss': { value: 'P', description: 'fail from this chance of exploitation on' },
    'fixable-only': { description: 'let findings pass that have no fix yet' },
    'feed-days': { value: 'N', description: 'oldest feed that decides, in days (default: any)' },
    accept: {
      value: 'WORDS',
      description: 'what may stay unchecked: reasons or names as printed, with commas',
    },
    out: { value: 'DIR', description: 'a workspace whose ledger records the result' },
    sarif: { value: 'FILE', description: 'write the findings as SARIF 2.1.0' },
    recheck: { description: 'check every bill of materials that the ledger of --out records' },
  },
  examples: [
    'proofhouse vulns requirements.txt --osv mirror',
    'proofhouse vulns --recheck --out .proofhouse --osv mirror',
    'proofhouse vulns image.tar --osv mirror --kev kev.json --fail-on high --json',
  ],
  async run({ operands, options, switches, services, terminal }) {
    const request = requestOf(operands['PATH'] ?? '.', options, switches)
    if (switches.has('recheck')) {
      const { path, out, feeds, policy, sarifPath } = request
      if (out === null || path !== '.' || sarifPath !== null)
        throw new OperatingError(
          'usage-invalid',
          '`--recheck` takes `--out DIR`, no PATH and no `--sarif`',
        )
      const recheck = await recheckBoms(services, { out, feeds, policy })
      return printRecheck(recheck, { switches, terminal })
    }
    const checked = await checkVulnerabilities(services, request)
    const wasToRecord = request.out !== null
    return printVulnerabilities(checked, { switches, terminal, wasToRecord })
  },
}

function requestOf(
  path: string,
  options: Readonly<Record<string, string>>,
  switches: ReadonlySet<string>,
): VulnerabilityRequest {
  const level = severities.find((one) => one === (options['fail-on'] ?? 'none'))
  if (level === undefined)
    throw new OperatingError('usage-invalid', `\`--fail-on\` is one of ${severities.join(', ')}`)
  if (options['fail-epss'] !== undefined && options['epss'] === undefined)
    throw new OperatingError('usage-invalid', '`--fail-epss` needs `--epss FILE`')
  return {
    path,
    feeds: {
      mirror: options['osv'] ?? null,
      kev: options['kev'] ?? null,
      epss: options['epss'] ?? null,
      vex: listOf(options['vex']),
      vexAgeMaxDays: numberOf(options, 'vex-days', 36_500) ?? vexAgeMaxDays,
      product: options['product'] ?? null,
    },
    policy: {
      severityMin: level,
      fixableOnly: switches.has('fixable-only'),
      epssMin: numberOf(options, 'fail-epss', 1),
      feedAgeMaxDays: numberOf(options, 'feed-days', 36_500),
      accepted: listOf(options['accept']),
    },
    out: options['out'] ?? null,
    sarifPath: options['sarif'] ?? null,
  }
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '').split(',').filter((one) => one !== '')

/** A number from zero; null when the option is absent. */
function numberOf(
  options: Readonly<Record<string, string>>,
  name: string,
  max: number,
): number | null {
  const text = options[name]
  if (text === undefined) return null
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= max))
    throw new OperatingError('usage-invalid', `\`--${name}\` is a number from 0 to ${max}`)
  return value
}
