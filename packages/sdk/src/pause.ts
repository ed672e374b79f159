// Waiting for a time or until somebody ends it, whichever is first.

/** One who waits. */
export class Pause {
  #end: (() => void) | null = null

  /** Waits; true where nobody ended it. A quiet wait keeps no process alive. */
  async begin(ms: number, isQuiet: boolean): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(true), ms)
    if (isQuiet) timer.unref()
    this.#end = () => resolve(false)
    const isOver = await promise
    clearTimeout(timer)
    this.#end = null
    return isOver
  }

  /** Ends the wait, where there is one. */
  end(): void {
    this.#end?.()
  }
}
