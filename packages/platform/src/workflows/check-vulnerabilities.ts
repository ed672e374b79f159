// Checks the packages of a file, folder or image for known vulnerabilities, and records the answer where a workspace is given:
// `proofhouse vulns`.

import { collectInventory, type Inventory } from '../artifacts/inventory/index.ts'
import { verdictOf } from '../artifacts/vulnerabilities/index.ts'
import { type CheckBasis, type CheckedPackages, checkPackages } from './check-packages.ts'
import type { RecordedChecks } from './record-in-workspace.ts'
import { recordVulnerabilities } from './record-vulnerabilities.ts'
import { resultPath } from './result-path.ts'
import type { Services } from './services.ts'

/** What to check. */
export interface VulnerabilityRequest extends CheckBasis {
  readonly path: string
  /** The workspace to record in; null to record nothing. */
  readonly out: string | null
  /** Where to write SARIF; null for nowhere. */
  readonly sarifPath: string | null
}

/** A check with the files it was about. */
export interface CheckedInventory extends CheckedPackages {
  readonly files: Inventory['files']
  /** Where it was recorded; null when it was not. */
  readonly recorded: RecordedChecks | null
}

/**
 * Checks what lies at a path.
 * @throws file-missing, file-unreadable, limit-exceeded, inventory-malformed, feed-malformed
 */
export async function checkVulnerabilities(
  services: Services,
  request: VulnerabilityRequest,
): Promise<CheckedInventory> {
  const { path, feeds, policy, out, sarifPath } = request
  const inventory = await collectInventory(services.readableFiles, path)
  const checked = await checkPackages(services, inventory, { feeds, policy })
  const named = inventory.manifests > 0 ? checked : withNothing(checked, path)
  const { files } = inventory
  if (sarifPath !== null) {
    const { toolVersion } = services
    const shown = (one: string) => resultPath(path, one)
    const { renderVulnerabilitiesSarif } = await import('../reports/index.ts')
    const sarif = renderVulnerabilitiesSarif({ ...named, files }, { toolVersion, shown })
    await services.files.write(sarifPath, sarif)
  }
  const recorded =
    out === null ? null : await recordVulnerabilities(services, { out, files, checked: named })
  return { ...named, files, recorded }
}

/** A place where nothing names a package was not found clean: there was nothing to look at. */
function withNothing(checked: CheckedPackages, path: string): CheckedPackages {
  const nothing = {
    reason: 'unreadable' as const,
    what: path,
    detail: 'nothing in it names packages',
    place: null,
    accepted: false,
  }
  const notChecked = [...checked.notChecked, nothing]
  return {
    ...checked,
    notChecked,
    verdict: verdictOf(checked.findings, notChecked, checked.policy),
  }
}
