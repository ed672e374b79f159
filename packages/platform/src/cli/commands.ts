// Every command, in the order in which help lists them.

import { assess } from './assess.ts'
import { bom } from './bom.ts'
import type { Command } from './command.ts'
import { explain } from './explain.ts'
import { gate } from './gate.ts'
import { importEvidently } from './import-evidently.ts'
import { importFairlearn } from './import-fairlearn.ts'
import { keysEvents } from './keys-events.ts'
import { keysList } from './keys-list.ts'
import { keysRewrap } from './keys-rewrap.ts'
import { keysRotate } from './keys-rotate.ts'
import { ledgerFsck } from './ledger-fsck.ts'
import { ledgerProof } from './ledger-proof.ts'
import { packVerify } from './pack-verify.ts'
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
  keysList,
  keysRotate,
  keysRewrap,
  keysEvents,
  ledgerFsck,
  ledgerProof,
  packVerify,
]
