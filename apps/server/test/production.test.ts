/** What a host outside the sandbox does not start with, and what has to be said for it to start all the same. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { hostConfig } from "../src/config/HostConfig.ts"

type Environment = Readonly<Record<string, string>>

const read = (environment: Environment) =>
  Effect.provide(hostConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env: environment })))

const production: Environment = {
  VOIP_PROVIDER: "twilio",
  PUBLIC_URL: "https://careline.clinic.example.com",
  DATABASE_URL: "postgres://careline:canary@db.clinic.example.com/careline?sslmode=verify-full",
  DATA_ENCRYPTION: "off",
  AUTH_JWKS_URL: "https://id.example.com/jwks",
  AUTH_ISSUER: "https://id.example.com",
  AUTH_AUDIENCE: "careline"
}

/** How a database is reached, and whether that is safe. */
const database = (authority: string, query = "") => `postgres://careline:canary@${authority}/careline${query}`

const unsafe: ReadonlyArray<readonly [change: Environment, variable: string, allowing: string]> = [
  [{ AUTH_ISSUER: "" }, "AUTH_ISSUER", "ALLOW_ANY_ISSUER"],
  [{ AUTH_AUDIENCE: "" }, "AUTH_AUDIENCE", "ALLOW_ANY_AUDIENCE"],
  [{ AUTH_JWKS_URL: "http://id.example.com/jwks" }, "AUTH_JWKS_URL", "ALLOW_HTTP_JWKS"],
  [{ AUTH_JWKS_URL: "http://localhost.example.com/jwks" }, "AUTH_JWKS_URL", "ALLOW_HTTP_JWKS"],
  [{ PUBLIC_URL: "http://careline.clinic.example.com" }, "PUBLIC_URL", "ALLOW_HTTP_PUBLIC_URL"],
  [{ PUBLIC_URL: "http://127.0.0.1.example.com" }, "PUBLIC_URL", "ALLOW_HTTP_PUBLIC_URL"],
  [{ DATABASE_URL: database("db.clinic.example.com") }, "DATABASE_URL", "ALLOW_PLAIN_DATABASE"],
  [{ DATABASE_URL: database("10.0.0.5:5432", "?sslmode=disable") }, "DATABASE_URL", "ALLOW_PLAIN_DATABASE"],
  [{ DATABASE_URL: database("localhost", "?host=db.example.com") }, "DATABASE_URL", "ALLOW_PLAIN_DATABASE"],
  [{ DATABASE_URL: "postgres:///careline", PGHOST: "db.example.com" }, "DATABASE_URL", "ALLOW_PLAIN_DATABASE"],
  [{ DATABASE_OWNER_URL: database("db.clinic.example.com", "?ssl=0") }, "DATABASE_OWNER_URL", "ALLOW_PLAIN_DATABASE"]
]

const safe: ReadonlyArray<readonly [change: Environment]> = [
  [{}],
  [{ AUTH_JWKS_URL: "http://127.0.0.1:8080/jwks", PUBLIC_URL: "http://localhost:3000" }],
  [{ PUBLIC_URL: "http://[::1]:3000" }],
  [{ DATABASE_URL: "" }],
  [{ DATABASE_URL: database("127.0.0.1:5432") }],
  [{ DATABASE_URL: database("[::1]:5432") }],
  [{ DATABASE_URL: "postgres:///careline?host=/var/run/postgresql" }],
  [{ DATABASE_URL: database("%2Fvar%2Frun%2Fpostgresql") }],
  [{ DATABASE_URL: database("db.clinic.example.com", "?ssl=true") }],
  [{ DATABASE_URL: database("db.clinic.example.com", "?sslmode=require") }],
  [{ DATABASE_URL: database("db.clinic.example.com", "?sslrootcert=/etc/ca.pem") }],
  [{ DATABASE_URL: database("db.clinic.example.com"), PGSSLMODE: "verify-full" }]
]

describe("A host outside the sandbox", () => {
  it.effect.each(unsafe)("does not start with %o", ([change, variable, allowing]) =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(read({ ...production, ...change }))
      assert.match(message, new RegExp(`^${variable} `))
      assert.include(message, allowing)
      assert.notInclude(message, "canary")
      yield* read({ ...production, ...change, [allowing]: "true" })
    })
  )

  it.effect.each(safe)("starts with %o", ([change]) => Effect.asVoid(read({ ...production, ...change })))

  it.effect("names both when neither an issuer nor an audience is set", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(read({ ...production, AUTH_ISSUER: "", AUTH_AUDIENCE: " " }))
      assert.match(message, /^AUTH_ISSUER and AUTH_AUDIENCE must be set/)
      yield* Effect.flip(read({ ...production, AUTH_ISSUER: "", AUTH_AUDIENCE: "", ALLOW_ANY_ISSUER: "true" }))
    })
  )

  it.effect("lets tokens last for a day unless it is told otherwise, and for a week at the most", () =>
    Effect.gen(function* () {
      const hour = 60 * 60
      assert.strictEqual((yield* read(production)).auth?.maxTokenSeconds, 24 * hour)
      assert.strictEqual((yield* read({ ...production, AUTH_MAX_TOKEN_HOURS: "2" })).auth?.maxTokenSeconds, 2 * hour)
      for (const hours of ["0", "169", "never"]) {
        const { message } = yield* Effect.flip(read({ ...production, AUTH_MAX_TOKEN_HOURS: hours }))
        assert.match(message, /^AUTH_MAX_TOKEN_HOURS /)
      }
    })
  )
})

describe("The sandbox", () => {
  it.effect("starts with nothing of it", () =>
    Effect.gen(function* () {
      yield* read({})
      yield* read({
        VOIP_PROVIDER: "vonage",
        VOIP_SANDBOX: "true",
        AUTH_JWT_SECRET: "a-test-secret-of-at-least-32-bytes!",
        DATABASE_URL: database("db.clinic.example.com"),
        PUBLIC_URL: "http://careline.clinic.example.com"
      })
    })
  )
})
