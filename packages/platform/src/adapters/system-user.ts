// The account under which this program runs.

import { userInfo } from 'node:os'
import process from 'node:process'

/** Its name, or its number where the system knows no name of it. */
export function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
