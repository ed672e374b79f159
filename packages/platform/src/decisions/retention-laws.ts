// How long laws ask that records of decisions be kept, as data: a deployment's declaration names those that bind it. What a law counts
// from is often not the decision (see `from`); here every period counts from the decision, so add what lies between as a rule of
// your own. Which laws bind whom is for a lawyer: nothing here is chosen by itself.

/** A law's period. */
export interface RetentionLaw {
  /** As declarations name it. */
  readonly id: string
  readonly title: string
  readonly citation: string
  /** At least so long: `P` and a number of days, months or years. */
  readonly keep: string
  /** What the law counts from. */
  readonly from: string
  readonly source: string
}

/** Laws with a period of their own. Storage limitation (GDPR Art. 5(1)(e)) has no number: whoever is bound by it declares a ceiling. */
export const retentionLaws: readonly RetentionLaw[] = [
  {
    id: 'eu-ai-act-provider',
    title: 'EU AI Act, logs of high-risk systems, providers',
    citation: 'Regulation (EU) 2024/1689 Art. 19(1)',
    keep: 'P6M',
    from: 'the log; at least six months, and as long as the purpose asks',
    source: 'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
  },
  {
    id: 'eu-ai-act-deployer',
    title: 'EU AI Act, logs of high-risk systems, deployers',
    citation: 'Regulation (EU) 2024/1689 Art. 26(6)',
    keep: 'P6M',
    from: 'the log; at least six months, and as long as the purpose asks',
    source: 'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
  },
  {
    id: 'us-reg-b-consumer',
    title: 'Equal Credit Opportunity Act, Regulation B, consumer credit',
    citation: '12 CFR 1002.12(b)(1)',
    keep: 'P25M',
    from: 'the notice of action taken or of incompleteness',
    source: 'https://www.ecfr.gov/current/title-12/section-1002.12',
  },
  {
    id: 'us-reg-b-business',
    title: 'Equal Credit Opportunity Act, Regulation B, business credit',
    citation: '12 CFR 1002.12(b)(1)',
    keep: 'P12M',
    from: 'the notice of action taken or of incompleteness; exceptions in (b)(5)',
    source: 'https://www.ecfr.gov/current/title-12/section-1002.12',
  },
  {
    id: 'us-hipaa-documentation',
    title: 'HIPAA Security Rule, documentation',
    citation: '45 CFR 164.316(b)(2)(i)',
    keep: 'P6Y',
    from: 'its creation, or the day when it was last in effect, whichever is later',
    source: 'https://www.ecfr.gov/current/title-45/section-164.316',
  },
  {
    id: 'us-eeoc-private',
    title: 'EEOC, personnel records, private employers',
    citation: '29 CFR 1602.14',
    keep: 'P1Y',
    from: 'the record or the personnel action, whichever is later',
    source: 'https://www.ecfr.gov/current/title-29/section-1602.14',
  },
  {
    id: 'us-sox-audit',
    title: 'Sarbanes-Oxley Act, records relevant to an audit, accountants',
    citation: '17 CFR 210.2-06(a)',
    keep: 'P7Y',
    from: 'the end of the audit or review',
    source: 'https://www.ecfr.gov/current/title-17/section-210.2-06',
  },
]
