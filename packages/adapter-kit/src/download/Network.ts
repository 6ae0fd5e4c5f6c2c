/** What a download needs of the network. A test brings its own, so that a name may resolve to whatever it likes. */
import { lookup, type LookupAddress } from "node:dns"
import type { Socket } from "node:net"
import { connect, type ConnectionOptions } from "node:tls"

/** Resolving and connecting. */
export interface Network {
  /** Every address of a host name, as `dns.lookup` of Node has them. */
  readonly lookup: (
    host: string,
    done: (error: NodeJS.ErrnoException | null, addresses: ReadonlyArray<LookupAddress>) => void
  ) => void
  /**
   * Opens a TLS connection. `lookup` of the options, where it is given, answers with the addresses that were checked, and
   * no other may be connected to.
   */
  readonly connect: (options: ConnectionOptions) => Socket
}

/** The machine's own. */
export const network: Network = {
  lookup: (host, done) => lookup(host, { all: true }, done),
  connect: (options) => connect(options)
}
