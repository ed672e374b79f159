// One statement of a VEX document, whatever form the document has.

/** What a statement says. */
export type VexStatus = 'not_affected' | 'affected' | 'fixed' | 'under_investigation'

/** An end as a document gives it: null for none. What is no text is no date, and no statement without an end either. */
export const endOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : 'no date'

/** One statement of a document. */
export interface VexStatement {
  /** All names of the vulnerability. */
  readonly ids: readonly string[]
  readonly status: VexStatus
  readonly justification: string | null
  readonly note: string | null
  /** When it was last looked at, ISO 8601; null where nobody says. */
  readonly date: string | null
  /** When it ends, where it says so itself; a text that is no date where what it says is none. */
  readonly expires: string | null
  /** What it is about: package URLs, with or without a version, or other identifiers. */
  readonly products: readonly string[]
  /** Parts of the products that it is about; none for the products themselves. */
  readonly components: readonly string[]
  /** The document it stands in. */
  readonly source: string
}
