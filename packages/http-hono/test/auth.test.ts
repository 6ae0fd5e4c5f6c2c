/** Tokens of an identity provider, checked against the keys that it publishes. */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { exportJWK, generateKeyPair, SignJWT } from "jose"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { makeAuthenticate } from "../src/index.ts"

let server: Server
let url: URL
let sign: (claims: Record<string, unknown>, issuer: string, audience: string) => Promise<string>

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256")
  const key = { ...(await exportJWK(publicKey)), kid: "key-1", alg: "ES256", use: "sig" }
  server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: [key] }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`)
  sign = (claims, issuer, audience) =>
    new SignJWT({ iat: Math.floor(Date.now() / 1000), ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "key-1" })
      .setSubject("nurse")
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime((claims.exp as number | undefined) ?? "1h")
      .sign(privateKey)
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

describe("A token of an identity provider", () => {
  const claims = { roles: ["CLINICIAN", "JANITOR"], siteGroupingIds: [1, "two"] }
  const check = (token: string) =>
    Effect.runPromise(
      Effect.result(
        makeAuthenticate({ source: { _tag: "Jwks", url }, issuer: "https://id.example", audience: "careline" })(
          `Bearer ${token}`
        )
      )
    )

  it("lets its bearer in, with the roles that are known and the tenants that it names", async () => {
    const result = await check(await sign(claims, "https://id.example", "careline"))
    assert.isTrue(result._tag === "Success")
    if (result._tag !== "Success") return
    const { roles, scope, userId } = result.success
    assert.deepStrictEqual({ roles, scope, userId } as unknown, {
      userId: "nurse",
      roles: ["CLINICIAN"],
      scope: ["1", "two"]
    })
  })

  it("gives nothing where it names no tenants, and the system-wide space alone where it names none of them", async () => {
    const said = async (given: Record<string, unknown>) => {
      const result = await check(await sign(given, "https://id.example", "careline"))
      return result._tag === "Success" ? result.success.scope : result.failure._tag
    }
    for (const roles of [["SITE_ADMIN"], ["CLINICIAN", "AUDITOR"]]) {
      assert.strictEqual(await said({ roles }), "Forbidden")
      assert.strictEqual(await said({ roles, siteGroupingIds: null }), "Forbidden")
      assert.deepStrictEqual(await said({ roles, siteGroupingIds: [] }), [null])
    }
    for (const siteGroupingIds of [undefined, null, [], ["1"]]) {
      assert.strictEqual(await said({ roles: ["SYSTEM_ADMIN"], siteGroupingIds }), "all")
    }
  })

  it("is refused when it is of another issuer or for another audience", async () => {
    for (const [issuer, audience] of [
      ["https://evil.example", "careline"],
      ["https://id.example", "billing"]
    ] as const) {
      const result = await check(await sign(claims, issuer, audience))
      assert.strictEqual(result._tag === "Failure" && result.failure._tag, "Unauthenticated")
    }
  })

  it("lasts no longer than a day from when it was issued, whatever it says itself, and says when that was", async () => {
    const now = Math.floor(Date.now() / 1000)
    const hour = 60 * 60
    const lasting = (iat: number) =>
      sign({ ...claims, iat, exp: now + 365 * 24 * hour }, "https://id.example", "careline")
    assert.strictEqual((await check(await lasting(now - 23 * hour)))._tag, "Success")
    assert.strictEqual((await check(await lasting(now - 25 * hour)))._tag, "Failure")
    assert.strictEqual((await check(await lasting(now + hour)))._tag, "Failure")
    const undated = await sign({ ...claims, iat: null, exp: now + hour }, "https://id.example", "careline")
    assert.strictEqual((await check(undated))._tag, "Failure")
  })

  it("ends what streams when its time is over, though it names a later one", async () => {
    const now = Math.floor(Date.now() / 1000)
    const bearer = await sign({ ...claims, iat: now, exp: now + 90 * 60 }, "https://id.example", "careline")
    const ended = Effect.gen(function* () {
      yield* TestClock.setTime(now * 1000)
      const authenticate = makeAuthenticate({
        source: { _tag: "Jwks", url },
        issuer: null,
        audience: null,
        maxTokenSeconds: 60 * 60
      })
      const { session } = yield* authenticate(`Bearer ${bearer}`)
      const listening = yield* Effect.forkChild(session.ended)
      yield* TestClock.adjust("59 minutes")
      assert.isUndefined(listening.pollUnsafe())
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(listening)
    })
    await Effect.runPromise(Effect.provide(ended, TestClock.layer()))
  })
})
