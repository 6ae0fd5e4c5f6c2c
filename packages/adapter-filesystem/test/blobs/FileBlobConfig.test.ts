/** The configuration names what is missing or malformed, and never quotes it. */
import { BlobStore } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { config, FileBlobStore } from "../../src/index.ts"
import { freshDirectory } from "../support.ts"

const secret = (name: string) => `canary-${name}`.padEnd(32, "x")

const environment = {
  BLOB_DIRECTORY: "blobs",
  BLOB_PUBLIC_URL: "https://media.example.com",
  BLOB_SIGNING_SECRET: `${secret("first")}, ${secret("second")}`
}

const from = (change: Readonly<Record<string, string>>) =>
  ConfigProvider.fromEnv({ env: { ...environment, ...change } })

const read = (change: Readonly<Record<string, string>>) =>
  Effect.provideService(config, ConfigProvider.ConfigProvider, from(change))

describe("The configuration of a directory of blobs", () => {
  it.effect("takes several secrets", () =>
    Effect.gen(function* () {
      const { signingSecrets, ...options } = yield* read({})
      assert.deepStrictEqual(options, {
        directory: "blobs",
        publicUrl: "https://media.example.com",
        path: "/blobs"
      })
      assert.deepStrictEqual(signingSecrets.map(Redacted.value), [secret("first"), secret("second")])
    })
  )

  it.effect("makes a layer", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const { layerConfig } = FileBlobStore
      yield* Effect.provide(BlobStore, layerConfig).pipe(
        Effect.provideService(ConfigProvider.ConfigProvider, from({ BLOB_DIRECTORY: directory }))
      )
    })
  )

  const wrong = [
    [{ BLOB_DIRECTORY: "" }, "BLOB_DIRECTORY"],
    [{ BLOB_PUBLIC_URL: "canary.example.com" }, "BLOB_PUBLIC_URL"],
    [{ BLOB_SIGNING_SECRET: "" }, "BLOB_SIGNING_SECRET"],
    [{ BLOB_SIGNING_SECRET: "canary-short" }, "BLOB_SIGNING_SECRET"],
    [{ BLOB_SIGNING_SECRET: `${secret("first")},canary` }, "BLOB_SIGNING_SECRET"]
  ] as const
  it.effect.each(wrong)("is refused with the variable's name: %o", ([change, variable]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(change))
      assert.include(error.message, variable)
      assert.notInclude(error.message, "canary")
    })
  )
})
