// Everything the verifier's page says, in English. `{name}` stands for what is put in.

export const english = {
  title: 'Check a receipt or an audit pack',
  titleOfOne: 'Receipt of a decision',
  eyebrow: 'Proofhouse verifier',
  lead: 'This page checks evidence by itself, on this device. Nothing you open here is sent anywhere; it works without a network.',
  skip: 'Skip to the result',
  choose: 'Choose a receipt or a pack',
  chooseOther: 'Check another file',
  chooseFile: 'Choose a file',
  dropHere: 'or drop it anywhere on this page.',
  chooseHint: 'A receipt is a JSON file, or a page that holds one. An audit pack is a ZIP file.',
  pasteSummary: 'Or paste the text of a receipt',
  pasteLabel: 'Text of the receipt',
  pasteButton: 'Check this text',
  checking: 'Checking {name} …',
  pastedName: 'the pasted text',
  embeddedName: 'the receipt in this page',
  result: 'Result',
  resultOf: 'Result for {name}',
  technical: 'Reason, as the program gives it:',

  valid: 'This receipt holds',
  validText:
    'The decision stands in the log that it names, and what is shown below is what was recorded when it was made.',
  validUnknown: 'This receipt fits together; whose it is, is not established',
  validUnknownText:
    'What is shown below fits the log entry and the signature that came with it. But anybody could have made all of it: say below whose log it must be.',
  erased: 'This receipt holds; the content was erased',
  erasedText:
    'The decision stands in the log. Nothing of its content is shown, and statement {n} says that it was erased.',
  erasedUnknown: 'It fits together: erased, by whom is not established',
  erasedUnknownText:
    'Nothing of the content is shown, and statement {n} says that it was erased. But anybody could have made all of this: say below whose logs they must be, and who must have signed.',
  withheld: 'The content is withheld',
  withheldText:
    'The decision stands in the log, but nothing of its content is shown, and no statement says that it was erased. Somebody may still hold it: ask whoever gave you this.',
  missing: 'This decision is not in the log',
  missingText: 'The proof does not lead to this decision. It proves nothing; do not rely on it.',
  packValid: 'This pack holds',
  packValidText:
    'Every file, signature and proof in it fits, and its statements come from whom you named.',
  packUnknown: 'This pack fits together; where it comes from is not fully established',
  packUnknownText:
    'Every file, signature and proof in it fits. But anybody could have made all of it: say below whose log it must be and who must have signed.',
  refused: 'This does not hold',
  refusedText: 'Something in it was changed, is missing, or was never right. Do not rely on it.',
  undecided: 'It could not be decided',
  undecidedText: 'That is not a pass. The reason stands below.',
  trustUnreadable: 'What you gave to compare with cannot be read',
  tooLarge: 'The file is too large: it has {size} MB, and this page reads {limit} MB at most.',
  unreadable: 'The file could not be read.',
  browserTooOld:
    'This browser cannot check Ed25519 signatures. Use a newer one, or `proofhouse verify receipt`.',
  unexpected: 'The check itself failed: {message}',

  decision: 'The decision',
  deployment: 'Who decided (deployment)',
  model: 'Model (SHA-256)',
  time: 'When, as its source says',
  source: 'Numbered by',
  sequence: '{source}, number {n}',
  place: 'Place in the log',
  placeAt: 'entry {n} of {log}',
  corrects: 'Replaces',
  supersededBy: 'Replaced by',

  shown: 'What is shown',
  shownCaption: 'Each value was checked against what the log committed to.',
  group: 'Part',
  name: 'Name',
  value: 'Value',
  wholeValue: '(the value)',
  noValue: '(no value)',
  emptyText: '(empty)',
  moreRows: '{n} more values are not listed here; `proofhouse verify receipt --json` lists all.',
  more: '{n} more are not listed here.',
  hidden: 'What is not shown',
  hiddenText:
    'The log committed to these parts too. Whoever gave you this receipt left them out, or never had them:',
  hiddenErasedText: 'The log committed to these parts. Statement {n} says that they were erased:',
  theRest: '{group}: the rest',
  group_subject: 'Person (pseudonym)',
  group_id: 'Reference number',
  group_input: 'What the model was given',
  group_output: 'What it answered',
  group_explanation: 'Explanation',
  group_context: 'Circumstances',

  erasure: 'The erasure',
  erasureShownText:
    'Its operator has erased this decision. What is shown above is what the holder of the receipt kept.',
  statement: 'Statement',
  statementAt: '{n} in the evidence log',
  reason: 'Why',
  reason_request: 'the person asked for it',
  reason_retention: 'the time for keeping it was over',
  reason_order: 'it was ordered',
  requestedAt: 'Since',
  statedAt: 'Stated',
  state: 'State',
  state_pending:
    'pending: copies may linger, in backups for one, until the keys of that time are destroyed',
  state_final: 'final: no key is left that could open it',
  store: 'Store',
  outcome: 'Outcome',
  outcome_erased: 'erased',
  'outcome_nothing-held': 'nothing was held',
  outcome_failed: 'failed',
  storesCaption: 'What its operator says of each store.',

  origin: 'Whose word is it?',
  logEstablished: 'The log is the one that you named.',
  logUnknown: 'Whose log it is, is not established.',
  erasureEstablished:
    'The statement of erasure is in the log, and signed by a key, that you named.',
  erasureUnknown: 'Whose statement of erasure it is, is not established.',
  signersEstablished: 'Every statement is signed by a key that you named.',
  signersUnknown: 'Who signed the statements is not established.',
  unwitnessed: 'No witness that you named has seen the log.',
  witnessed: 'Seen by the witness {name}, at {time} by its clock.',
  falseAnyone: 'For this to be false it takes anyone: all of it could be made up.',
  falseOperator:
    'For this to be false it takes the operator of the log alone, who could show different logs to different people.',
  falseWitnesses:
    'For this to be false it takes the operator of the log and the named witnesses together.',
  keyInside: 'Key that came with it',
  trustIntro:
    'Paste what you got from somewhere else, such as the operator’s website or a contract. What came together with the file proves nothing about its origin.',
  trustLog: 'The log: its key in one line, or a trust policy with its witnesses',
  trustEvidence: 'The log of erasures: its key in one line, or a trust policy',
  trustKeys: 'Public keys (PEM) of who must have signed',
  checkAgain: 'Check again',

  pack: 'The pack',
  ledger: 'Log',
  ledgerSize: 'Entries in the log',
  root: 'Root hash',
  verdicts: 'Signed verdict',
  verdictsText:
    'This is what was signed. This page does not compute it again from the measures and the policy; `proofhouse pack verify` does.',
  noVerdict: 'The pack holds no verdict, so it shows none.',
  verdict: 'Verdict',
  about: 'About',
  policy: 'Policy',
  verdict_pass: 'pass',
  verdict_warn: 'warn',
  verdict_fail: 'fail',
  verdict_inconclusive: 'inconclusive',
  verdict_none: 'none given',
  statements: 'Statements',
  statementsCaption: 'Each is signed, and proven to be in the log.',
  index: 'Entry',
  type: 'Type',
  signer: 'Key',
  files: 'Files',
  filesCaption: 'Each is named, by its digest, in a statement.',
  file: 'File',
  size: 'Bytes',
  namedBy: 'Named by entry',

  limits: 'What this does not show',
  limitRight: 'That the decision was right or fair, or that what the model was given is true.',
  limitTime: 'That the times are right: they are what the clocks of those who signed said.',
  limitPage:
    'That this page is honest. A page that came with a receipt can be made to say anything: where it matters, open the receipt in a page that you got elsewhere, or run `proofhouse verify receipt`.',
  limitData: 'That the data represent the people concerned, or that the labels are right.',
  footer:
    'Proofhouse {version}. This page makes no request; its security policy forbids every one.',
  unreviewed: '',
} as const

/** All words of one language. */
export type Words = Readonly<Record<keyof typeof english, string>>

/** A text with what is put in. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  )
}
