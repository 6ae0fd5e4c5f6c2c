/** The addresses of a host, every one of them checked. */
import { TelephonyError } from "@careline/ports"
import type { LookupAddress } from "node:dns"
import { Effect } from "effect"
import * as ProviderFailure from "../ProviderFailure.ts"
import type { Network } from "./Network.ts"
import { isPublicAddress } from "./PublicAddress.ts"

/** As a connection takes them. */
export type Addresses = readonly [LookupAddress, ...Array<LookupAddress>]

const FORBIDDEN_URL = "forbidden_url"

/** A URL that nothing may be downloaded from, by its scheme, its host or the address of its host. */
export const forbidden = new TelephonyError.Refused({
  message: "the URL may not be downloaded from",
  code: FORBIDDEN_URL
})

/** Fails when one of the addresses is not public: a name that mixes them in is not to be trusted at all. */
export const resolve = (
  network: Network,
  host: string
): Effect.Effect<Addresses, TelephonyError.TelephonyErrorReason> =>
  Effect.callback((resume) =>
    network.lookup(host, (error, [first, ...others] = []) => {
      if (error !== null) return resume(Effect.fail(ProviderFailure.toReason(ProviderFailure.ofNetwork(error))))
      if (first === undefined)
        return resume(Effect.fail(new TelephonyError.Unavailable({ message: "ENOTFOUND", code: null })))
      const addresses: Addresses = [first, ...others]
      resume(
        addresses.every(({ address }) => isPublicAddress(address)) ? Effect.succeed(addresses) : Effect.fail(forbidden)
      )
    })
  )
