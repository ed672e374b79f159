export declare function listOf(paths: readonly string[]): string
export declare function compiledProgram(folder?: string): string | null
