// `proofhouse gate [proofhouse.yaml]`

import { toBase64 } from '@proofhouse/evidence'
import { gateEvidence } from '../workflows/index.ts'
import { exitCodeOf } from './assessment-output.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'

/** Applies a policy to recorded evidence. */
export const gate: Command = {
  words: ['gate'],
  summary: 'apply a policy to the evidence already recorded about a model',
  details: `Takes the latest measures that a completed run recorded about the digest, applies
the policy of the system file to them, and records the verdict. Nothing is measured
again. Without evidence the gate is inconclusive, which is never a pass.`,
  operands: [{ name: 'FILE', description: 'the system file', fallback: 'proofhouse.yaml' }],
  options: {
    digest: { value: 'sha256:HEX', description: 'what to gate (default: the model of FILE)' },
    out: { value: 'DIR', description: 'the workspace (default: .proofhouse beside FILE)' },
    'fail-on-warn': { description: 'exit with 4 when the verdict is warn' },
  },
  examples: ['proofhouse gate', 'proofhouse gate loans/proofhouse.yaml --json'],
  async run({ operands, options, switches, services, terminal }) {
    const result = await gateEvidence(services, {
      systemFile: operands['FILE'] ?? '',
      digest: options['digest'] ?? null,
      out: options['out'] ?? null,
    })
    const { verdict, digest, rules, evidence, otherwise, checkpoint } = result
    if (switches.has('json')) {
      const ledger = { ...checkpoint, root: toBase64(checkpoint.root) }
      const rested = evidence && {
        index: evidence.index,
        digest: evidence.digest,
        runId: evidence.runId,
        testData: evidence.testData,
      }
      terminal.out(
        `${JSON.stringify({ verdict, digest, rules, evidence: rested, otherwise, ledger })}\n`,
      )
      return exitCodeOf(verdict, switches)
    }
    printLines(terminal, [
      `${verdict}  sha256:${digest}`,
      evidence === null
        ? noEvidence(otherwise)
        : `evidence  entry ${evidence.index}, run ${evidence.runId}, test data sha256:${evidence.testData}`,
      ...(evidence === null ? [] : rules).map(
        ({ id, verdict: came, reason }) => `${came}  ${id}: ${reason}`,
      ),
    ])
    return exitCodeOf(verdict, switches)
  },
}

const noEvidence = (otherwise: readonly string[]) =>
  otherwise.length === 0
    ? 'no completed run has measured it; run `proofhouse assess` first'
    : `it was measured otherwise than the system file says now (${otherwise.join(', ')}); run \`proofhouse assess\` again`
