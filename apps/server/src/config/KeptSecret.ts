/** A secret that a host makes once and keeps in a file, the same after a restart. */
import { randomBytes } from "node:crypto"
import { link, mkdir, open, readFile, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Predicate, Schema } from "effect"

const SECRET_BYTES = 32
const SECRET = /^[0-9a-f]{64}$/

/** The file holds something else than a secret. Nothing is made in its place: what it opened would be closed for good. */
export class SecretDamaged extends Schema.TaggedError<SecretDamaged>()("SecretDamaged", { path: Schema.String }) {
  override get message(): string {
    return `${this.path} holds no secret: put back the one that was there`
  }
}

const isTaken = (error: unknown): boolean => Predicate.hasProperty(error, "code") && error.code === "EEXIST"

const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(path, "wx", 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A name is on the disk once its folder is. Windows has no way to ask for it, and no need to. */
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === "win32") return
  const folder = await open(path, "r")
  await folder.sync().finally(() => folder.close())
}

const make = async (path: string): Promise<string> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const made = randomBytes(SECRET_BYTES).toString("hex")
  const draft = `${path}.${made.slice(0, 8)}`
  await writeDurably(draft, made)
  // Of two hosts that start at once on one directory, the one that comes second takes what the first one made, whole.
  await link(draft, path).catch((error: unknown) => {
    if (!isTaken(error)) throw error
  })
  await rm(draft)
  await syncFolder(dirname(path))
  return readFile(path, "utf8")
}

/** The secret of the file, in hexadecimal: 32 random bytes that only the owner may read, made where there is none. */
export const keptSecret = (path: string): Effect.Effect<string, SecretDamaged> =>
  Effect.promise(() => readFile(path, "utf8").catch(() => make(path))).pipe(
    Effect.filterOrFail(
      (secret) => SECRET.test(secret),
      () => new SecretDamaged({ path })
    )
  )
