// Where the figures come from and how to check them: artifacts by digest, the run and those before it, the ledger, the
// commands to verify, and what none of this can show.

import type { AssessmentReport, EarlierRun } from '../assessment-report.ts'
import { confinementText, runtimeText, verificationText } from '../model-run-words.ts'
import { formatCount, formatInstant, formatSize } from '../numbers.ts'
import { capital, counted, limitsOfEvidence, sentence, verdictWords } from '../wording.ts'
import { type Content, code, foreign, html, type Markup, marked } from './markup.ts'
import { besidePart } from './beside-part.ts'
import { badge } from './rules-part.ts'
import { dataTable } from './table.ts'

/** What was assessed. */
export function artifactsPart(report: AssessmentReport): Markup {
  const { model, data, policy_digest } = report.artifacts
  return html`<section class="part" id="artifacts" aria-labelledby="artifacts-h"><h2 id="artifacts-h">What was assessed</h2>
<p>Files are named by the SHA-256 of their bytes: any other bytes have another name.</p>
${
  model === null
    ? html`<p>No model was run: a column of predictions was assessed.</p>`
    : html`<dl class="facts"><div><dt>Model</dt><dd>${code(model.path)}, ${formatSize(model.size_bytes)}</dd></div>
<div><dt>Structural check</dt><dd>${badge(model.check.verdict)}</dd></div>
<div class="wide"><dt>Scan of what loading does</dt><dd>${scanText(model.scan)}</dd></div>
<div class="wide"><dt>Root digest</dt><dd>${code(model.root_digest)}</dd></div>
<div class="wide"><dt>Signature</dt><dd>${
        model.signature === null
          ? 'not signed'
          : html`${code(model.signature.path)} by the key with hint ${code(model.signature.key_hint)}`
      }</dd></div>
<div class="wide"><dt>Signature demanded</dt><dd>${foreign(verificationText(model.run))}</dd></div>
<div class="wide"><dt>Run by</dt><dd>${foreign(runtimeText(model.run))}</dd></div>
<div class="wide"><dt>Confined by</dt><dd>${foreign(confinementText(model.run))}</dd></div>${
        model.native === null
          ? null
          : html`<div class="wide"><dt>Native file</dt><dd>${code(model.native.path)}, ${formatSize(model.native.size_bytes)}, SHA-256 ${code(model.native.sha256)}</dd></div>`
      }</dl>
${model.check.findings.length === 0 ? null : html`<ul>${model.check.findings.map((f) => html`<li>${foreign(f)}</li>`)}</ul>`}`
}
${dataTable({
  caption: 'Data files',
  columns: [
    'Role',
    'File',
    { number: 'Rows' },
    { number: 'Columns' },
    { number: 'Size' },
    { text: 'SHA-256' },
  ],
  rows: data.map((d) => [
    d.role,
    code(d.path),
    formatCount(d.rows),
    formatCount(d.columns),
    formatSize(d.size_bytes),
    code(d.sha256),
  ]),
})}
${besidePart(report.artifacts)}
<dl class="facts"><div class="wide"><dt>Policy digest</dt><dd>${code(policy_digest)}</dd></div>
<div><dt>Protected columns</dt><dd>${list(report.columns.protected)}</dd></div>
<div><dt>Identifiers, never used</dt><dd>${list(report.columns.identifiers)}</dd></div>
<div><dt>Model features</dt><dd>${report.columns.features ?? 'no model'}</dd></div>
<div><dt>Threshold of the score</dt><dd>${report.assessment.threshold ?? (model === null ? 'none: predictions were taken as given' : 'the model decides')}</dd></div>
<div><dt>Undefined rates</dt><dd>${report.assessment.mode === 'strict' ? 'stay undefined (strict mode)' : 'as Fairlearn reports them (compatible mode)'}</dd></div>
<div><dt>Intervals</dt><dd>${report.assessment.interval}</dd></div></dl></section>`
}

type ModelScan = NonNullable<AssessmentReport['artifacts']['model']>['scan']

const scanText = ({ verdict, files, rules_digest }: ModelScan): Content =>
  html`${verdict}: ${files.map(({ path, format }, n) => [
    n === 0 ? null : ', ',
    code(path),
    ` as ${format}`,
  ])}; rules ${code(rules_digest.slice(0, 16))}`

const list = (names: readonly string[]): Content =>
  names.length === 0 ? 'none' : names.map((name, n) => [n === 0 ? null : ', ', foreign(name)])

/** The run, its ledger and the commands that check both. */
export function provenancePart(report: AssessmentReport): Markup {
  const { run, ledger } = report
  return html`<section class="part" id="provenance" aria-labelledby="provenance-h"><h2 id="provenance-h">Provenance</h2>
<p>This run was announced in an append-only ledger before it computed, with the digests of policy, data and model, and
closed with its result. ${
    run.preregistration === 'witnessed'
      ? 'The witnesses that this workspace’s policy asks for saw the announcement first: the policy stood before the figures, as announcement.tlog-proof shows to whoever trusts them.'
      : 'No independent witness saw the announcement, so that the policy stood before the figures rests on the word of whoever holds the ledger’s key.'
  }</p>
<dl class="facts"><div><dt>Run</dt><dd>${code(run.id)}</dd></div>
<div><dt>Announced</dt><dd>${formatInstant(run.announced_at)}, entry ${run.announced_index}</dd></div>
<div><dt>Closed</dt><dd>${run.closed_index === null ? 'after this report was written' : `entry ${run.closed_index}`}</dd></div>
<div><dt>Ledger</dt><dd>${foreign(ledger.origin)}, ${counted(ledger.size, 'entry', 'entries')}</dd></div>
<div><dt>What is established</dt><dd>${foreign(ledger.trust)}</dd></div>
<div class="wide"><dt>Root hash</dt><dd>${code(ledger.root)}</dd></div>
<div class="wide"><dt>Verifier key, as found beside the ledger</dt><dd>${code(ledger.vkey)}</dd></div></dl>
${earlierRuns(run.earlier_runs)}
<h3 id="statements-h">Statements of this run</h3>
${dataTable({
  caption: 'What was recorded, by position in the ledger',
  columns: ['Entry', { text: 'Type' }, { text: 'SHA-256' }],
  rows: ledger.statements.map((s) => [String(s.index), code(s.type), code(s.digest)]),
})}
<h3 id="verify-h">Check it yourself</h3>
<p>A key found beside a ledger shows that the ledger is intact, not whose it is. To establish that, get the key from
its owner by another way and give it to the commands with <code dir="ltr">--trust</code>. The paths are seen from the
folder in which the assessment ran; <code dir="ltr">npx proofhouse</code> is the program of a checkout of Proofhouse, and works within it alone.</p>
${report.verify.map((v) => html`<div><p class="small">${foreign(sentence(v.shows))}</p><pre>${code(v.command)}</pre></div>`)}</section>`
}

function earlierRuns(runs: readonly EarlierRun[]): Markup {
  if (runs.length === 0)
    return html`<h3 id="earlier-h">Earlier runs over the same data</h3>
<p>This ledger knows of none. It cannot know of runs that were kept in another ledger.</p>`
  const changed = runs.filter((run) => run.policy_changed).length
  return html`<h3 id="earlier-h">Earlier runs over the same data</h3>
<p>${capital(counted(runs.length, 'earlier run is', 'earlier runs are'))} on record${
    changed === 0
      ? ', under the same policy.'
      : `, ${changed === runs.length ? 'under another policy' : `${changed} of them under another policy`}. Ask what changed, and whether it changed after a result was seen.`
  }</p>
${dataTable({
  caption: 'Earlier runs',
  columns: ['Run', 'Announced', 'Outcome', 'Verdict', 'Policy', { text: 'Model' }],
  rows: runs.map((run) => [
    code(run.id.slice(0, 8)),
    formatInstant(run.announced_at),
    `${run.outcome === 'open' ? 'never closed' : run.outcome}${run.error_code === null ? '' : `: ${run.error_code}`}${run.vouched ? '' : ' (signed with another key)'}`,
    run.verdict === null ? '—' : badge(run.verdict),
    run.policy_changed ? 'another' : 'the same',
    run.model_root_digest === null ? 'none' : code(run.model_root_digest.slice(0, 16)),
  ]),
})}`
}

/** What a reader must not conclude. */
export function limitsPart(report: AssessmentReport): Markup {
  return html`<section class="part" id="limits" aria-labelledby="limits-h"><h2 id="limits-h">What this does not show</h2>
<h3 id="not-checked-h">Not checked</h3>
${
  report.not_checked.length === 0
    ? html`<p>Nothing was left out by configuration or failure. The limits below hold all the same.</p>`
    : html`<ul>${report.not_checked.map((text) => html`<li>${marked(text)}</li>`)}</ul>`
}
<h3 id="evidence-limits-h">Limits of the evidence</h3>
<ul>${limitsOfEvidence.map((text) => html`<li>${text}</li>`)}</ul>
<h3 id="words-h">What the verdicts mean</h3>
<ul>${Object.entries(verdictWords).map(([, { word, meaning }]) => html`<li><strong>${word}</strong>: ${meaning}.</li>`)}</ul></section>`
}
