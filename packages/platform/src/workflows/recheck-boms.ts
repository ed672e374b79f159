// Holds every bill of materials that a ledger records against the advisories of today, and says what became known since the last
// check of the same thing: `proofhouse vulns --recheck`. The mirror is read once for all of them.

import { join } from 'node:path'
import {
  type Checkpoint,
  cyclonedxBom,
  fromBase64,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OperatingError,
  type PredicateType,
  readStatement,
  type ResourceDescriptor,
  vulnerabilities,
  vulnerabilityCheckField,
} from '@proofhouse/evidence'
import { mergePackages, packagesOfBom } from '../artifacts/inventory/index.ts'
import {
  type JudgedFinding,
  readAdvisories,
  type VulnerabilityVerdict,
} from '../artifacts/vulnerabilities/index.ts'
import { isVouched } from '../registry/index.ts'
import { type CheckBasis, type CheckedPackages, checkPackages } from './check-packages.ts'
import { type RecordedChecks, recordStatements } from './record-in-workspace.ts'
import { vulnerabilityStatements } from './record-vulnerabilities.ts'
import type { Services, Workspace } from './services.ts'
import { statementEnvelope } from './statement-envelopes.ts'

const bomsMax = 10_000

/** What to check again. */
export interface RecheckRequest extends CheckBasis {
  /** The workspace whose ledger records the bills, and is to record the answers. */
  readonly out: string
}

/** A bill of materials, checked again. */
export interface RecheckedBom {
  /** The bill's place in the ledger. */
  readonly index: number
  readonly name: string
  /** When the bill was made, as it says; null where it does not. */
  readonly made: string | null
  /** The last check of the same thing; null when it was never checked. */
  readonly since: { readonly index: number; readonly time: string } | null
  readonly checked: CheckedPackages
  /** What that check did not know. */
  readonly becameKnown: readonly JudgedFinding[]
  /** Where the answer was recorded; nowhere when no advisory was read. */
  readonly entries: RecordedChecks['entries']
}

/** Every bill of a ledger, checked again. */
export interface Recheck {
  readonly verdict: VulnerabilityVerdict
  readonly boms: readonly RecheckedBom[]
  readonly checkpoint: Checkpoint
}

/** A bill, or a check: in one statement, or in one for each part of what it is about. */
interface Recorded {
  /** Of its first statement. */
  readonly index: number
  readonly subject: readonly ResourceDescriptor[]
  /** Of every statement. */
  readonly predicates: readonly [JsonObject, ...JsonObject[]]
}

/** @throws ledger-missing, ledger-busy, ledger-corrupt, file-missing, feed-malformed, limit-exceeded */
export async function recheckBoms(services: Services, request: RecheckRequest): Promise<Recheck> {
  const { out } = request
  if ((await services.files.kind(join(out, 'ledger'))) === null)
    throw new OperatingError(
      'ledger-missing',
      `no ledger in \`${out}\`; record a bill of materials first`,
    )
  const workspace = await services.openWorkspace(out)
  try {
    const { bills, checks } = await recordedIn(workspace)
    const inventories = bills.map(({ index, predicates: [bill] }) =>
      packagesOfBom(bill, `entry ${index}`),
    )
    const all = mergePackages(inventories.flatMap(({ packages }) => packages))
    const advisories = await readAdvisories(services.readableFiles, all, request.feeds.mirror)
    const boms: RecheckedBom[] = []
    for (const [n, bill] of bills.entries()) {
      const inventory = inventories[n] ?? { packages: [], notChecked: [] }
      const checked = await checkPackages(services, inventory, request, advisories)
      const statements = vulnerabilityStatements(services, bill.subject.map(ofNoFile), checked)
      boms.push({
        index: bill.index,
        ...describe(bill),
        ...against(lastCheckOf(bill, checks), checked),
        checked,
        entries: await recordStatements(workspace, statements),
      })
    }
    const { checkpoint } = await workspace.ledger.checkpoint()
    return { verdict: worstOf(boms), boms, checkpoint }
  } finally {
    await workspace.close()
  }
}

/** Packages of a bill have their places in the bill. */
const ofNoFile = (subject: ResourceDescriptor) => ({ path: null, subject })

/** The newest bill about each thing, and every check, signed by a key that is believed; oldest first. */
async function recordedIn(workspace: Workspace) {
  const bills = new Map<string, Recorded>()
  const checks: Recorded[] = []
  for await (const { index, entry } of workspace.entries()) {
    const bill = await vouchedStatement(workspace, { index, entry }, cyclonedxBom)
    if (bill !== null) {
      // The parts of one bill have its serial number, which follows from what it says.
      const { serialNumber } = bill.predicates[0]
      const key = typeof serialNumber === 'string' ? serialNumber : `entry ${index}`
      const known = bills.get(key)
      bills.set(key, known === undefined ? bill : joined(known, bill))
      if (bills.size > bomsMax)
        throw new OperatingError('limit-exceeded', `the ledger records over ${bomsMax} bills`)
      continue
    }
    const check = await vouchedStatement(workspace, { index, entry }, vulnerabilities)
    if (check === null) continue
    const last = checks.at(-1)
    if (last === undefined || !isNextPart(last, check)) checks.push(check)
    else checks.splice(-1, 1, joined(last, check))
  }
  const newest = new Map<string, Recorded>()
  for (const bill of bills.values()) {
    const key = digestsOf(bill).toSorted().join(' ')
    newest.delete(key)
    newest.set(key, bill)
  }
  return { bills: [...newest.values()], checks }
}

const joined = (whole: Recorded, part: Recorded): Recorded => ({
  index: whole.index,
  subject: [...whole.subject, ...part.subject],
  predicates: [...whole.predicates, ...part.predicates],
})

const readCheck = (predicate: JsonObject) => vulnerabilities.shape(predicate, 'predicate', 'read')

/** Whether a statement is the next part of the check before it. */
function isNextPart({ predicates }: Recorded, { predicates: [next] }: Recorded): boolean {
  const [first, own] = [readCheck(predicates[0]), readCheck(next)]
  return (
    own[vulnerabilityCheckField]?.part?.number === predicates.length + 1 &&
    own.metadata.scanStartedOn === first.metadata.scanStartedOn &&
    own.metadata.scanFinishedOn === first.metadata.scanFinishedOn
  )
}

async function vouchedStatement<Predicate extends JsonObject>(
  workspace: Workspace,
  { index, entry }: { readonly index: number; readonly entry: Uint8Array },
  type: PredicateType<Predicate>,
): Promise<Recorded | null> {
  const envelope = await statementEnvelope(workspace, entry, type.uri)
  if (envelope === null || !(await isVouched(envelope, workspace.verifiers))) return null
  const { subject, predicate } = readStatement(fromBase64(envelope.payload), type)
  return { index, subject, predicates: [predicate] }
}

const digestsOf = ({ subject }: Recorded): string[] =>
  subject.flatMap(({ digest }) => digest?.['sha256'] ?? [])

/** The last check of all that a bill is about. */
function lastCheckOf(bill: Recorded, checks: readonly Recorded[]): Recorded | null {
  const wanted = digestsOf(bill)
  return (
    checks.findLast((check) => {
      const about = new Set(digestsOf(check))
      return wanted.every((digest) => about.has(digest))
    }) ?? null
  )
}

const fieldsOf = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {})

const listIn = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : []

function describe({ index, predicates: [bill] }: Recorded) {
  const metadata = fieldsOf(bill['metadata'])
  const name = fieldsOf(metadata['component'])['name']
  const made = metadata['timestamp']
  return {
    name: typeof name === 'string' ? name : `entry ${index}`,
    made: typeof made === 'string' ? made : null,
  }
}

function against(last: Recorded | null, { findings }: CheckedPackages) {
  if (last === null) return { since: null, becameKnown: findings }
  const { metadata } = readCheck(last.predicates[0])
  const known = new Set(
    last.predicates
      .flatMap((predicate) => readCheck(predicate).scanner.result)
      .flatMap(({ id, annotations = [] }) =>
        annotations.flatMap((about) => {
          const purl = about['package']
          return [id, ...listIn(about['ids'])].flatMap((one) =>
            typeof purl === 'string' && typeof one === 'string' ? [`${purl} ${one}`] : [],
          )
        }),
      ),
  )
  return {
    since: { index: last.index, time: metadata.scanFinishedOn },
    becameKnown: findings.filter(
      ({ package: one, ids }) => !ids.some((id) => known.has(`${one.purl} ${id}`)),
    ),
  }
}

/** A ledger without bills has nothing that passes. */
function worstOf(boms: readonly RecheckedBom[]): VulnerabilityVerdict {
  const verdicts = boms.map(({ checked }) => checked.verdict)
  if (verdicts.includes('fail')) return 'fail'
  return boms.length === 0 || verdicts.includes('undecided') ? 'undecided' : 'pass'
}
