/** A secret that a host makes once and keeps in a file, the same after a restart. */
import { randomBytes } from "node:crypto"
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect } from "effect"

const SECRET_BYTES = 32

/** The secret of the file, in hexadecimal: 32 random bytes that only the owner may read, made where there is none. */
export const keptSecret = (path: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const made = randomBytes(SECRET_BYTES).toString("hex")
    const draft = `${path}.${made.slice(0, 8)}`
    await writeFile(draft, made, { mode: 0o600 })
    // Of two hosts that start at once on one directory, the one that comes second takes what the first one made, whole.
    await link(draft, path).catch(() => undefined)
    await rm(draft)
    return readFile(path, "utf8")
  })
