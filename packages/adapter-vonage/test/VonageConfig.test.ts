/** The configuration names what is missing or malformed, and never quotes it. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { config } from "../src/index.ts"
import * as Support from "./support.ts"

const pem = Support.keys.privateKey
const environment = {
  VONAGE_API_KEY: "a1b2c3d4",
  VONAGE_API_SECRET: "canary-secret",
  VONAGE_APPLICATION_ID: "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
  VONAGE_PRIVATE_KEY: pem,
  VONAGE_SIGNATURE_SECRET: "canary-first, canary-second",
  PUBLIC_URL: "https://clinic.example.com"
}

const read = (change: Readonly<Record<string, string>>) =>
  Effect.provideService(
    config,
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromEnv({ env: { ...environment, ...change } })
  )

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "careline-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)
const privateKeyOf = (kind: "ec" | "short") =>
  kind === "ec"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString()
    : generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString()

describe("The configuration of Vonage", () => {
  it.effect("takes several signature secrets, and empty variables for unset ones", () =>
    Effect.gen(function* () {
      const options = yield* read({ VONAGE_API_BASE_URL: "", VONAGE_REPORTS_LOOKUP: "" })
      assert.deepStrictEqual(options.signatureSecrets.map(Redacted.value), ["canary-first", "canary-second"])
      assert.deepInclude(options, { apiBaseUrl: null, restBaseUrl: null, reportsLookup: false })
      assert.strictEqual(Redacted.value(options.privateKey), pem)
      assert.isTrue((yield* read({ VONAGE_REPORTS_LOOKUP: "true" })).reportsLookup)
      assert.isFalse((yield* read({ VONAGE_REPORTS_LOOKUP: "false" })).reportsLookup)
    })
  )

  it.effect("takes the private key with its line ends written out, or from its file", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "private.key")
      writeFileSync(path, pem)
      for (const given of [pem.replaceAll("\n", "\\n"), path]) {
        assert.strictEqual(Redacted.value((yield* read({ VONAGE_PRIVATE_KEY: given })).privateKey), pem)
      }
    })
  )

  it.effect("prints no secret", () =>
    Effect.gen(function* () {
      const shown = JSON.stringify(yield* read({}))
      assert.notInclude(shown, "canary")
      assert.notInclude(shown, "PRIVATE KEY")
    })
  )

  const wrong: ReadonlyArray<readonly [Readonly<Record<string, string>>, string]> = [
    [{ VONAGE_API_KEY: "" }, "VONAGE_API_KEY"],
    [{ VONAGE_API_KEY: "canary/1" }, "VONAGE_API_KEY"],
    [{ VONAGE_API_SECRET: "" }, "VONAGE_API_SECRET"],
    [{ VONAGE_APPLICATION_ID: "canary" }, "VONAGE_APPLICATION_ID"],
    [{ VONAGE_PRIVATE_KEY: "" }, "VONAGE_PRIVATE_KEY"],
    [{ VONAGE_PRIVATE_KEY: "/nowhere/canary.key" }, "VONAGE_PRIVATE_KEY"],
    [{ VONAGE_PRIVATE_KEY: tmpdir() }, "VONAGE_PRIVATE_KEY"],
    [{ VONAGE_PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----" }, "VONAGE_PRIVATE_KEY"],
    [{ VONAGE_PRIVATE_KEY: Support.keys.publicKey }, "VONAGE_PRIVATE_KEY"],
    [{ VONAGE_PRIVATE_KEY: privateKeyOf("ec") }, "VONAGE_PRIVATE_KEY"],
    [{ VONAGE_PRIVATE_KEY: privateKeyOf("short") }, "VONAGE_PRIVATE_KEY"],
    [{ VONAGE_SIGNATURE_SECRET: "canary," }, "VONAGE_SIGNATURE_SECRET"],
    [{ VONAGE_API_BASE_URL: "canary" }, "VONAGE_API_BASE_URL"],
    [{ VONAGE_REST_BASE_URL: "canary" }, "VONAGE_REST_BASE_URL"],
    [{ VONAGE_REPORTS_LOOKUP: "canary" }, "VONAGE_REPORTS_LOOKUP"],
    [{ PUBLIC_URL: "canary" }, "PUBLIC_URL"]
  ]
  it.effect.each(wrong)("is refused with the variable's name (%#)", ([change, variable]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(change))
      assert.include(error.message, variable)
      for (const value of Object.values(change)) if (value !== "") assert.notInclude(error.message, value)
      assert.notInclude(error.message, "canary")
    })
  )
})
