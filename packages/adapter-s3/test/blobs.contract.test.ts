/**
 * The contract, over HTTP: against a bucket on this machine, or with `S3_ENDPOINT` (and `S3_BUCKET`, `S3_REGION`,
 * `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`) against the one that the environment names.
 */
import type { StorageError } from "@careline/ports"
import { BlobStoreContract } from "@careline/testkit/contract"
import { Clock, Effect } from "effect"
import { config, S3BlobStore } from "../src/index.ts"
import { NOWHERE, optionsFor } from "./support/options.ts"
import * as S3Server from "./support/S3Server.ts"

const isElsewhere = (process.env.S3_ENDPOINT ?? "") !== ""

/** Links are signed by our clock and expire by the server's: one that was made then is as old as one that has waited. */
const ago =
  (byMillis: number) =>
  (clock: Clock.Clock): Clock.Clock => ({
    ...clock,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now - byMillis),
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() - byMillis
  })

const parts = Effect.gen(function* () {
  const options = isElsewhere ? yield* config : optionsFor((yield* S3Server.scoped).url)
  return {
    blobs: yield* S3BlobStore.make(options),
    away: yield* S3BlobStore.make({ ...options, endpoint: NOWHERE }),
    follow: (url: string, headers: Readonly<Record<string, string>> = {}) => fetch(url, { headers }),
    aged: (link: Effect.Effect<string, StorageError>, byMillis: number) =>
      Effect.updateService(link, Clock.Clock, ago(byMillis))
  }
})

BlobStoreContract.suite(
  { name: "S3", ranges: "single", sniffing: "left_to_browser", outage: "shown" },
  BlobStoreContract.layer(parts)
)
