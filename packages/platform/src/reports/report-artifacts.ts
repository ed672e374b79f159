// What a report says of the artifacts beside the model, and of how the model ran: part of `report.json`, in its field names.

/** Secrets in the sources: what each is and where, and never a character of it. */
export interface ReportSecrets {
  readonly verdict: 'found' | 'incomplete' | 'clean'
  readonly files: number
  readonly known: number
  readonly allowed: number
  /** Each in one line. */
  readonly findings: readonly string[]
  readonly not_searched: readonly string[]
}

/** Known vulnerabilities of the packages. */
export interface ReportPackages {
  readonly verdict: 'pass' | 'fail' | 'undecided'
  /** As the system file names what was checked. */
  readonly path: string
  readonly packages: number
  readonly findings: readonly {
    readonly package: string
    readonly version: string
    readonly id: string
    readonly rating: string
    /** The least fixed version; null where none is known. */
    readonly fix: string | null
    /** Whether it is of the severity that counts. */
    readonly counts: boolean
  }[]
  readonly not_checked: readonly string[]
  readonly advisories: readonly { readonly name: string; readonly updated: string | null }[]
}

/** How the model ran. */
export interface ReportModelRun {
  /** What held it: nothing that the machine did not grant. Null where it was not run. */
  readonly confinement: {
    readonly runtime: 'native' | 'wasm'
    /** Of ONNX Runtime. */
    readonly version: string
    /** Kinds of Linux namespaces of its own. */
    readonly namespaces: readonly string[]
    /** `own_view`: of the disk it saw what it needs, read-only; `permissions`: Node kept it from files. */
    readonly files: 'own_view' | 'permissions'
    readonly memory_mb: number
    readonly cpu_seconds: number | null
    readonly wall_seconds: number
  } | null
  /** The signature that held for the bytes that were loaded. */
  readonly verification:
    | { readonly verdict: 'not verified' }
    | {
        readonly verdict: 'verified'
        /** The signature, as the system file names it. */
        readonly path: string
        readonly by: 'key' | 'certificate' | 'keyless'
        readonly key_id: string
        /** The name that was established; null where a key is all that is known. */
        readonly name: string | null
        readonly issuer: string | null
      }
}
