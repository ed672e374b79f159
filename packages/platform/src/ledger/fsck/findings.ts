// What a check of a ledger finds: one line per problem, each naming its file. Bounded, so that a
// ruined log of any size is reported in little memory.

/** Something wrong with one file. */
export interface Finding {
  /** Path below the ledger's folder, with forward slashes. */
  readonly file: string
  readonly problem: string
}

/** Findings that are listed; a check gives up on the tree when there are more. */
const findingsMax = 1_000

/** The findings so far, each only once. */
export class Findings {
  readonly list: Finding[] = []
  readonly #seen = new Set<string>()

  /** Whether no more are taken. */
  get full(): boolean {
    return this.list.length >= findingsMax
  }

  /** Whether a file has findings. */
  has(file: string): boolean {
    return this.list.some((finding) => finding.file === file)
  }

  add(file: string, problem: string): void {
    const key = `${file}\n${problem}`
    if (this.full || this.#seen.has(key)) return
    this.#seen.add(key)
    this.list.push({ file, problem })
  }
}
