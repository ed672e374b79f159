// What a report may say of the artifacts beside the model, and of how the model ran.

import type { AssessmentReport } from './assessment-report.ts'
import type { ReportModelRun } from './report-artifacts.ts'

/** Sources without a secret, and packages of which one has a known vulnerability. */
export const besideFixture: Pick<AssessmentReport['artifacts'], 'secrets' | 'packages'> = {
  secrets: {
    verdict: 'clean',
    files: 12,
    known: 1,
    allowed: 0,
    findings: [],
    not_searched: [],
  },
  packages: {
    verdict: 'fail',
    path: 'requirements.txt',
    packages: 4,
    findings: [
      {
        package: 'flask',
        version: '2.2.4',
        id: 'CVE-2023-30861',
        rating: 'high',
        fix: '2.2.5',
        counts: true,
      },
    ],
    not_checked: ['numpy>=1.26: a range: >=1.26'],
    advisories: [{ name: 'osv PyPI', updated: '2026-07-01T00:00:00Z' }],
  },
}

/** Under every wall there is, and with a signature demanded. */
const run: ReportModelRun = {
  confinement: {
    runtime: 'native',
    version: '1.30.0',
    namespaces: ['user', 'mount', 'pid', 'network', 'ipc', 'uts'],
    files: 'own_view',
    memory_mb: 4_096,
    cpu_seconds: 1_205,
    wall_seconds: 600,
  },
  verification: {
    verdict: 'verified',
    path: 'model.sig',
    by: 'certificate',
    key_id: 'd1e5',
    name: 'ml@example.com',
    issuer: null,
  },
}

/** A model that ran, and has no file of the library that trained it. */
export const ranModelFixture = { run, native: null }
