// What `vulns` prints: a line per finding, what was not checked, and how old the feeds are.

import { toBase64 } from '@proofhouse/evidence'
import type { CheckedInventory, Recheck } from '../workflows/index.ts'
import type { ExitCode, Terminal } from './command.ts'
import { counted, printLines } from './print-lines.ts'
import { entriesJson, recordedLine } from './recorded-json.ts'

/** Lines of one kind that a terminal is shown; `--json` has all of them. */
const shownMax = 60

/** Other names of a finding that its line has. */
const namesShownMax = 8

const codes: Readonly<Record<CheckedInventory['verdict'], ExitCode>> = {
  pass: 0,
  fail: 1,
  undecided: 3,
}

/** Prints a check; gives the exit code. */
export function printVulnerabilities(
  checked: CheckedInventory,
  {
    switches,
    terminal,
    wasToRecord,
  }: {
    readonly switches: ReadonlySet<string>
    readonly terminal: Terminal
    readonly wasToRecord: boolean
  },
): ExitCode {
  if (switches.has('json')) terminal.out(`${JSON.stringify(jsonOf(checked))}\n`)
  else printLines(terminal, [...linesOf(checked), ...recordLines(checked, wasToRecord)])
  return codes[checked.verdict]
}

function jsonOf({ findings, packages, recorded, ...rest }: CheckedInventory) {
  return {
    ...rest,
    packages: packages.length,
    findings: findings.map(findingJson),
    recorded: entriesJson(recorded),
  }
}

type Finding = CheckedInventory['findings'][number]

const findingJson = ({ package: one, ...finding }: Finding) => ({
  package: {
    name: one.name,
    version: one.version,
    ecosystem: one.ecosystem,
    purl: one.purl,
    places: one.places,
    marker: one.marker,
  },
  ...finding,
})

/** Prints what became of every bill of materials; gives the exit code. */
export function printRecheck(
  recheck: Recheck,
  { switches, terminal }: { readonly switches: ReadonlySet<string>; readonly terminal: Terminal },
): ExitCode {
  const { verdict, boms, checkpoint } = recheck
  if (switches.has('json')) {
    const ledger = { ...checkpoint, root: toBase64(checkpoint.root) }
    terminal.out(`${JSON.stringify({ verdict, boms: boms.map(bomJson), ledger })}\n`)
  } else if (boms.length === 0) printLines(terminal, ['the ledger records no bill of materials'])
  else printLines(terminal, boms.flatMap(bomLines))
  return codes[verdict]
}

type Bom = Recheck['boms'][number]

function bomJson({ checked, becameKnown, ...bom }: Bom) {
  const { packages, findings, ...rest } = checked
  return {
    ...bom,
    ...rest,
    packages: packages.length,
    becameKnown: becameKnown.map(findingJson),
    findings: findings.map(findingJson),
  }
}

function bomLines({ index, name, made, since, checked, becameKnown, entries }: Bom): string[] {
  const known = new Set(becameKnown)
  const before = checked.findings.filter((finding) => !known.has(finding))
  return [
    `${checked.verdict}: ${name} (entry ${index}${made === null ? '' : `, made ${made}`})`,
    since === null
      ? `never checked before: ${counted(becameKnown.length, 'vulnerability', 'vulnerabilities')}`
      : `became known since ${since.time} (entry ${since.index}): ${becameKnown.length}`,
    ...shown(becameKnown.map(lineOf)),
    ...(before.length === 0 ? [] : ['known before:']),
    ...shown(before.map(lineOf)),
    ...notCheckedLines(checked),
    ...feedLines(checked),
    ...recordedLine({ entries }),
  ]
}

function linesOf(checked: CheckedInventory): string[] {
  const { findings, notChecked, packages, verdict } = checked
  const breaking = findings.filter(({ standing }) => standing.breaks)
  const passed = findings.filter(({ standing }) => !standing.breaks)
  return [
    `${verdict}: ${counted(findings.length, 'vulnerability', 'vulnerabilities')} in ` +
      `${counted(packages.length, 'package')}, ${breaking.length} against the policy; ` +
      `${counted(notChecked.length, 'thing')} not checked`,
    ...shown(breaking.map(lineOf)),
    ...(passed.length === 0 ? [] : ['let through by the policy:']),
    ...shown(passed.map(lineOf)),
    ...notCheckedLines(checked),
    ...feedLines(checked),
  ]
}

function recordLines({ recorded, files }: CheckedInventory, wasToRecord: boolean): string[] {
  if (recorded !== null || !wasToRecord) return recordedLine(recorded)
  const why =
    files.length === 0 ? 'there is no file that it would be about' : 'no advisory was read'
  return [`not recorded: ${why}`]
}

function notCheckedLines({ notChecked }: Pick<CheckedInventory, 'notChecked'>): string[] {
  return shown(
    notChecked.map(({ reason, what, detail, place, accepted }) => {
      const at = place === null ? '' : ` at ${place.path}${place.line ? `:${place.line}` : ''}`
      return `${accepted ? 'not checked, accepted' : 'not checked'}: ${what}: ${detail} (${reason}${at})`
    }),
  )
}

function feedLines({ feeds }: Pick<CheckedInventory, 'feeds'>): string[] {
  return feeds.map(
    ({ name, ecosystem, path, records, updated, ageDays }) =>
      `${[name, ecosystem ?? []].flat().join(' ')}: ${counted(records, 'record')} in ${path}, ` +
      (updated === null || ageDays === null
        ? 'of unknown age'
        : `as of ${updated}, ${counted(ageDays, 'day')} old`),
  )
}

const shown = (lines: readonly string[]): string[] =>
  lines.length <= shownMax
    ? [...lines]
    : [...lines.slice(0, shownMax), `and ${lines.length - shownMax} more; \`--json\` lists them`]

function lineOf(finding: Finding): string {
  const {
    package: one,
    id,
    ids,
    upstream,
    rating,
    severities,
    fix,
    malware,
    kev,
    epss,
    vex,
  } = finding
  const scores = severities.flatMap(({ value }) => value ?? [])
  const all = [...ids.filter((name) => name !== id), ...upstream]
  const more = all.length - namesShownMax
  const others = [...all.slice(0, namesShownMax), ...(more > 0 ? [`and ${more} more`] : [])]
  return [
    `${rating.padEnd(8)} ${one.name} ${one.version}  ${id}`,
    ...(others.length === 0 ? [] : [` (${others.join(', ')})`]),
    ...(scores.length === 0 ? [] : [`, CVSS ${Math.max(...scores).toFixed(1)}`]),
    malware ? ', malware' : fix === null ? ', no fix known' : `, fixed in ${fix}`,
    ...(kev === null ? [] : [', known to be exploited']),
    ...(epss === null ? [] : [`, ${(100 * epss.score).toFixed(1)} % likely to be exploited`]),
    ...(vex === null
      ? []
      : [`, VEX ${vex.statement.status}${vex.state === 'holds' ? '' : ` (${vex.state})`}`]),
    ...(finding.summary === '' ? [] : [`: ${finding.summary.slice(0, 100)}`]),
  ].join('')
}
