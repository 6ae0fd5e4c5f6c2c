/** Where a host keeps webhooks while its database is away. */
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { FileSpool } from "@careline/adapter-filesystem"
import { Installation } from "@careline/adapter-postgres"
import { type KeyEncryption, Optional, Spool } from "@careline/ports"
import { Effect, Layer } from "effect"
import type { HostConfig } from "../config/HostConfig.ts"

/** Somebody copied, renamed or changed the database: what waits for the other one is not this host's to store. */
const lookForOthers = Effect.fnUntraced(function* (directory: string, own: string) {
  const found = yield* Effect.promise(() => readdir(directory, { withFileTypes: true }).catch(() => []))
  for (const { name } of found.filter((entry) => entry.isDirectory() && entry.name !== own)) {
    // What is another user's cannot be counted, and is no reason not to start.
    const files = yield* Effect.orElseSucceed(FileSpool.count(join(directory, name)), () => 0)
    if (files === 0) continue
    const said = "Webhooks wait on this disk for another database: a host of that one has to take them"
    yield* Effect.annotateLogs(Effect.logWarning(said), { database: name, files })
  }
})

/** What waits for one database goes to no other, whichever host finds it: each has a folder of its own. */
export const layer = ({ spool }: Pick<HostConfig, "spool">, encryption: KeyEncryption.KeyEncryption | null) =>
  spool === null
    ? Optional.absent(Spool)
    : Layer.unwrap(
        Effect.gen(function* () {
          const { directory, maxBytes } = spool
          const id = yield* Installation.id
          yield* lookForOthers(directory, id)
          const found = FileSpool.layer({ directory: join(directory, id), maxBytes, encryption })
          return Layer.provideMerge(Optional.present(Spool), found)
        })
      )
