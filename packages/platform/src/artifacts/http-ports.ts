// What the artifacts domain needs of servers: one at a time, asked within bounds, and never led on to another.

import type { Bytes } from '@proofhouse/evidence'

/** What is asked of a server. */
export interface HttpRequest {
  /** From the server's address on, starting with `/`; characters that a URL has no place for are escaped. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** What to post; absent to get. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array }
  /** Larger answers are refused. */
  readonly bytesMax: number
}

/** One server. */
export interface HttpServer {
  /** Its address, without anything secret. */
  readonly url: string
  /** A good answer, whole. @throws server-unreachable, server-refused, limit-exceeded */
  ask(request: HttpRequest): Promise<Bytes>
  /** A good answer, part by part. @throws server-unreachable, server-refused, limit-exceeded */
  read(request: HttpRequest, take: (part: Uint8Array) => void): Promise<void>
}

/** Servers by address. */
export interface HttpServers {
  /**
   * A server; nothing is asked of it yet.
   * @param authorization the header of this name; null for none
   * @throws usage-invalid for an address that is not https, or http on this machine
   */
  open(url: string, authorization: string | null): HttpServer
}
