/** Where a host keeps webhooks while its database is away. */
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { FileSpool } from "@careline/adapter-filesystem"
import { Installation } from "@careline/adapter-postgres"
import type { KeyEncryption } from "@careline/ports"
import { Effect, Layer } from "effect"
import type { HostConfig } from "./HostConfig.ts"

/** Somebody copied, renamed or changed the database: what waits for the other one is not this host's to store. */
const lookForOthers = Effect.fnUntraced(function* (directory: string, own: string) {
  const found = yield* Effect.promise(() => readdir(directory, { withFileTypes: true }).catch(() => []))
  const others = found.filter((entry) => entry.isDirectory() && entry.name !== own).map(({ name }) => name)
  for (const name of others) {
    const files = yield* Effect.promise(() => readdir(join(directory, name)).catch(() => []))
    const waiting = files.filter((file) => file !== "incoming").length
    if (waiting === 0) continue
    yield* Effect.logWarning(
      "Webhooks wait on this disk for another database: a host of that one has to take them"
    ).pipe(Effect.annotateLogs({ database: name, files: waiting }))
  }
})

/** What waits for one database goes to no other, whichever host finds it: each has a folder of its own. */
export const layer = ({ spool }: Pick<HostConfig, "spool">, encryption: KeyEncryption.KeyEncryption | null) =>
  spool === null
    ? Layer.empty
    : Layer.unwrap(
        Effect.gen(function* () {
          const { directory, maxBytes } = spool
          const id = yield* Installation.id
          yield* lookForOthers(directory, id)
          return FileSpool.layer({ directory: join(directory, id), maxBytes, encryption })
        })
      )
