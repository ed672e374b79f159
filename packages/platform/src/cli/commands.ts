// Every command, in the order in which help lists them.

import { artifactsGet } from './artifacts-get.ts'
import { artifactsList } from './artifacts-list.ts'
import { artifactsPut } from './artifacts-put.ts'
import { artifactsRemove } from './artifacts-remove.ts'
import { assess } from './assess.ts'
import { bom } from './bom.ts'
import type { Command } from './command.ts'
import { decisionsCheck } from './decisions-check.ts'
import { decisionsCorrect } from './decisions-correct.ts'
import { decisionsDeploy } from './decisions-deploy.ts'
import { decisionsRecord } from './decisions-record.ts'
import { decisionsRestore } from './decisions-restore.ts'
import { decisionsFind } from './decisions-find.ts'
import { decisionsServe } from './decisions-serve.ts'
import { decisionsShow } from './decisions-show.ts'
import { decisionsReceipt } from './decisions-receipt.ts'
import { decisionsSources } from './decisions-sources.ts'
import { subjectsExport } from './subjects-export.ts'
import { subjectsErase } from './subjects-erase.ts'
import { decisionsExpire } from './decisions-expire.ts'
import { decisionsHold, decisionsRelease } from './decisions-hold.ts'
import { decisionsRetention } from './decisions-retention.ts'
import { decisionsEndEpoch } from './decisions-end-epoch.ts'
import { explain } from './explain.ts'
import { gate } from './gate.ts'
import { importEvidently } from './import-evidently.ts'
import { importFairlearn } from './import-fairlearn.ts'
import { ledgerAnchor, ledgerAnchors } from './ledger-anchor.ts'
import { ledgerAudit } from './ledger-audit.ts'
import { ledgerClean } from './ledger-clean.ts'
import { keysEvents } from './keys-events.ts'
import { keysList } from './keys-list.ts'
import { keysRewrap } from './keys-rewrap.ts'
import { keysRotate } from './keys-rotate.ts'
import { ledgerFsck } from './ledger-fsck.ts'
import { ledgerIndex } from './ledger-index.ts'
import { ledgerMirror } from './ledger-mirror.ts'
import { ledgerProof } from './ledger-proof.ts'
import { ledgerWitness } from './ledger-witness.ts'
import { ledgerWitnessed } from './ledger-witnessed.ts'
import { ledgerSearch } from './ledger-search.ts'
import { packVerify } from './pack-verify.ts'
import { receiptPage } from './receipt-page.ts'
import { verifyExport } from './verify-export.ts'
import { verifyReceipt } from './verify-receipt.ts'
import { scan } from './scan.ts'
import { provenanceExport } from './provenance-export.ts'
import { provenanceGraph } from './provenance-graph.ts'
import { provenanceRecord } from './provenance-record.ts'
import { secrets } from './secrets.ts'
import { sign } from './sign.ts'
import { verify } from './verify.ts'
import { vulns } from './vulns.ts'

/** Every command. */
export const commands: readonly Command[] = [
  assess,
  explain,
  gate,
  importEvidently,
  importFairlearn,
  scan,
  secrets,
  provenanceRecord,
  provenanceGraph,
  provenanceExport,
  sign,
  verify,
  bom,
  vulns,
  decisionsDeploy,
  decisionsRecord,
  decisionsRestore,
  decisionsServe,
  decisionsFind,
  decisionsShow,
  decisionsReceipt,
  decisionsCorrect,
  decisionsSources,
  decisionsCheck,
  decisionsRetention,
  decisionsHold,
  decisionsRelease,
  decisionsExpire,
  decisionsEndEpoch,
  subjectsExport,
  subjectsErase,
  artifactsPut,
  artifactsGet,
  artifactsList,
  artifactsRemove,
  keysList,
  keysRotate,
  keysRewrap,
  keysEvents,
  ledgerFsck,
  ledgerAudit,
  ledgerProof,
  ledgerWitnessed,
  ledgerWitness,
  ledgerSearch,
  ledgerIndex,
  ledgerClean,
  ledgerMirror,
  ledgerAnchor,
  ledgerAnchors,
  packVerify,
  verifyReceipt,
  verifyExport,
  receiptPage,
]
