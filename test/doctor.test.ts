/** `pnpm run doctor`, as an operator runs it: a process of its own, beside a real host, against each provider's simulator. */
import { execFile } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { newTelnyxKey, TelnyxSimulator, TwilioSimulator, VonageSimulator } from "@careline/testkit/simulators"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

const line = "+12025550100"
const profile = "740572b6-099c-44a1-89b9-6c92163bc68d"
const application = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
const vonageKey = "a1b2c3d4"

const secrets = {
  telnyx: "KEYcanary-telnyx-api-key",
  vonage: "canary-vonage-api-secret",
  signature: "canary-vonage-signature-secret"
}
const telnyxKey = newTelnyxKey()
const vonageKeys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})
const [, privateLine = ""] = vonageKeys.privateKey.split("\n")
/** What must never be printed. */
const hidden = [...Object.values(secrets), Host.authToken, Host.jwtSecret, privateLine, "canary"]

type Environment = Readonly<Record<string, string>>

let port: string
let url: string
let host: Host.HostProcess
let environment: Environment
const closing: Array<() => Promise<unknown>> = []

const at = (provider: string, kind: string, origin = url) => `${origin}/api/v1/webhooks/${provider}/${kind}`

const kept = async <A extends { readonly close: () => Promise<void> }>(simulator: Promise<A>): Promise<A> => {
  const started = await simulator
  closing.push(started.close)
  return started
}

const twilio = (change: Partial<TwilioSimulator.TwilioSimulatorOptions> = {}) =>
  kept(
    TwilioSimulator.start({
      accountSid: Host.accountSid,
      authTokens: [Host.authToken],
      smsUrl: `${at("twilio", "sms")}#rc=5&rp=all`,
      voiceUrl: at("twilio", "call"),
      voiceFallbackUrl: at("twilio", "fallback"),
      callStatusUrl: at("twilio", "call-status"),
      numbers: [line],
      ...change
    })
  )

const telnyx = (change: Partial<TelnyxSimulator.TelnyxSimulatorOptions> = {}) =>
  kept(
    TelnyxSimulator.start({
      apiKey: secrets.telnyx,
      signingKeys: [telnyxKey],
      messagingProfileId: profile,
      organizationId: profile,
      inboundUrl: at("telnyx", "sms"),
      numbers: [line],
      ...change
    })
  )

const vonage = (change: Partial<VonageSimulator.VonageSimulatorOptions> = {}) =>
  kept(
    VonageSimulator.start({
      apiKey: vonageKey,
      apiSecret: secrets.vonage,
      applicationId: application,
      privateKey: vonageKeys.privateKey,
      signatureSecrets: [secrets.signature],
      inboundUrl: at("vonage", "sms"),
      statusUrl: at("vonage", "status"),
      voiceUrl: at("vonage", "call"),
      voiceFallbackUrl: at("vonage", "fallback"),
      callStatusUrl: at("vonage", "call-status"),
      numbers: [line],
      ...change
    })
  )

interface Report {
  readonly code: number
  readonly lines: ReadonlyArray<string>
  /** The lines that are not ok, without what aligns them. */
  readonly problems: ReadonlyArray<string>
}

const runDoctor = (change: Environment = {}): Promise<Report> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment, ...change }
    execFile(process.execPath, ["apps/server/src/doctor/doctor.ts"], { env }, (error, stdout, stderr) => {
      for (const secret of hidden) assert.notInclude(stdout + stderr, secret)
      const lines = stdout.trimEnd().split("\n")
      resolve({
        code: error === null ? 0 : Number(error.code),
        lines,
        problems: lines.filter((one) => !one.startsWith("ok")).map((one) => one.replaceAll(/ {2,}/g, " "))
      })
    })
  })

/** Only this provider. */
const only = (provider: "twilio" | "telnyx" | "vonage"): Environment => ({
  VOIP_PROVIDER: provider,
  ...(provider === "twilio" ? {} : { TWILIO_ACCOUNT_SID: "" }),
  ...(provider === "telnyx" ? {} : { TELNYX_API_KEY: "" }),
  ...(provider === "vonage" ? {} : { VONAGE_API_KEY: "" })
})

/** The hosts of these tests are on this machine. */
const onThisMachine =
  "warning host configuration PUBLIC_URL leads to this machine, where no provider reaches it: only a simulator here does"

beforeAll(async () => {
  port = String(await Host.freePort())
  url = `http://127.0.0.1:${port}`
  const vonageSimulator = await vonage()
  environment = {
    HOST: "127.0.0.1",
    PORT: port,
    PUBLIC_URL: url,
    DATABASE_URL: await migratedDatabase(),
    AUTH_JWT_SECRET: Host.jwtSecret,
    AUTH_ISSUER: Host.issuer,
    AUTH_AUDIENCE: Host.audience,
    DATA_ENCRYPTION_KEYS: Host.dataKeys,
    VOIP_PROVIDER: "twilio",
    TWILIO_ACCOUNT_SID: Host.accountSid,
    TWILIO_AUTH_TOKEN: Host.authToken,
    TWILIO_BASE_URL: (await twilio()).url,
    TELNYX_API_KEY: secrets.telnyx,
    TELNYX_PUBLIC_KEY: telnyxKey.publicKey,
    TELNYX_MESSAGING_PROFILE_ID: profile,
    TELNYX_BASE_URL: (await telnyx()).url,
    VONAGE_API_KEY: vonageKey,
    VONAGE_API_SECRET: secrets.vonage,
    VONAGE_APPLICATION_ID: application,
    VONAGE_PRIVATE_KEY: vonageKeys.privateKey,
    VONAGE_SIGNATURE_SECRET: secrets.signature,
    VONAGE_API_BASE_URL: vonageSimulator.url,
    VONAGE_REST_BASE_URL: vonageSimulator.url
  }
  host = await Host.startHost(environment)
})
afterAll(async () => {
  await host.stop()
  await Promise.all(closing.map((close) => close()))
})

describe("The doctor", () => {
  it("finds nothing wrong with a host that is set up rightly, for all its providers", async () => {
    const { code, lines, problems } = await runDoctor()
    assert.deepStrictEqual(problems, [onThisMachine])
    assert.strictEqual(code, 0)
    for (const provider of ["twilio", "telnyx", "vonage"]) {
      for (const check of ["credentials", "numbers", "webhooks", "signature"]) {
        assert.isTrue(
          lines.some((one) => new RegExp(`^ok +${provider} +${check} `).test(one)),
          `${provider} ${check}`
        )
      }
    }
  })

  it("leaves nothing behind at the host", async () => {
    const bearer = await Host.token()
    const { body } = await Host.api<{ readonly items: ReadonlyArray<unknown> }>(
      url,
      bearer,
      "GET",
      "/external-threads?view=all"
    )
    assert.isEmpty(body.items)
    assert.strictEqual(host.output().includes("Request failed"), false)
  })

  it.each([
    ["twilio", { TWILIO_AUTH_TOKEN: "canary-wrong" }, /TWILIO_AUTH_TOKEN/],
    ["telnyx", { TELNYX_API_KEY: "canary-wrong" }, /TELNYX_API_KEY/],
    ["vonage", { VONAGE_API_SECRET: "canary-wrong" }, /VONAGE_API_SECRET/]
  ] as const)("says of %s that the credentials are wrong", async (provider, change, expected) => {
    const { code, problems } = await runDoctor({ ...only(provider), ...change })
    assert.strictEqual(code, 1)
    assert.isTrue(
      problems.some((one) => one.startsWith(`error ${provider} credentials`) && expected.test(one)),
      problems.join("\n")
    )
  })

  it("says that a host which runs with another auth token does not take the webhook", async () => {
    const simulator = await twilio({ authTokens: ["another-token"] })
    const { code, problems } = await runDoctor({
      ...only("twilio"),
      TWILIO_BASE_URL: simulator.url,
      TWILIO_AUTH_TOKEN: "another-token"
    })
    assert.strictEqual(code, 1)
    assert.lengthOf(problems, 2)
    assert.match(problems[1] ?? "", /^error twilio signature .* answered 403 .*another TWILIO_AUTH_TOKEN$/)
  })

  it.each([
    [
      "twilio",
      async () => ({
        TWILIO_BASE_URL: (
          await twilio({ numberFields: { [line]: { sms_url: "https://old.example.com/sms?t=canary" } } })
        ).url
      }),
      () => `error twilio webhooks ${line} delivers to https://old.example.com/sms?…: set it to ${at("twilio", "sms")}`
    ],
    [
      "telnyx",
      async () => ({ TELNYX_BASE_URL: (await telnyx({ inboundUrl: "https://old.example.com/" })).url }),
      () =>
        `error telnyx webhooks The messaging profile ${profile} delivers to https://old.example.com/: set it to ${at("telnyx", "sms")}`
    ],
    [
      "vonage",
      async () => {
        const simulator = await vonage({ inboundUrl: "https://old.example.com/" })
        return { VONAGE_API_BASE_URL: simulator.url, VONAGE_REST_BASE_URL: simulator.url }
      },
      () =>
        `error vonage webhooks The inbound_url of the application ${application} delivers to https://old.example.com/: set it to ${at("vonage", "sms")}`
    ]
  ] as const)(
    "names a webhook at %s that leads elsewhere, and where it must lead",
    async (provider, change, expected) => {
      const { code, problems } = await runDoctor({ ...only(provider), ...(await change()) })
      assert.deepStrictEqual(problems, [onThisMachine, expected()])
      assert.strictEqual(code, 1)
    }
  )

  it("says that there is no host", async () => {
    const nowhere = `http://127.0.0.1:${await Host.freePort()}`
    const { code, problems } = await runDoctor({ PUBLIC_URL: nowhere })
    assert.strictEqual(code, 1)
    const signatures = problems.filter((one) => /^error \w+ signature/.test(one))
    assert.lengthOf(signatures, 3)
    for (const one of signatures) assert.match(one, /Nobody listens at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/)
  })

  it("explains why a host with another PUBLIC_URL takes nothing of Twilio's", async () => {
    const other = await Host.startHost({
      ...environment,
      DATABASE_URL: await migratedDatabase(),
      PORT: String(await Host.freePort()),
      PUBLIC_URL: "https://clinic.example.com"
    })
    const simulator = await twilio({
      smsUrl: `${at("twilio", "sms", other.url)}#rc=5&rp=all`,
      voiceUrl: at("twilio", "call", other.url),
      voiceFallbackUrl: at("twilio", "fallback", other.url),
      callStatusUrl: at("twilio", "call-status", other.url)
    })
    const { code, problems } = await runDoctor({
      ...only("twilio"),
      TWILIO_BASE_URL: simulator.url,
      PUBLIC_URL: other.url
    })
    await other.stop()
    assert.strictEqual(code, 1)
    assert.lengthOf(problems, 2)
    assert.match(
      problems[1] ?? "",
      /^error twilio signature .* answered 403 in the place of 204\. .*PUBLIC_URL must be/
    )
  })

  it("says that a host is not configured for a provider", async () => {
    const other = await Host.startHost({
      ...environment,
      ...only("telnyx"),
      DATABASE_URL: await migratedDatabase(),
      PORT: String(await Host.freePort())
    })
    const { problems } = await runDoctor({ ...only("vonage"), PUBLIC_URL: other.url })
    await other.stop()
    assert.match(problems.at(-1) ?? "", /^error vonage signature .* answered 501 .* not configured for vonage/)
  })

  it.each([
    [{ AUTH_JWT_SECRET: "" }, /^error host configuration .*AUTH_JWT_SECRET/],
    [{ PUBLIC_URL: "canary" }, /^error host configuration .*PUBLIC_URL/],
    [{ ...only("telnyx"), TELNYX_PUBLIC_KEY: "canary" }, /^error host configuration .*TELNYX_PUBLIC_KEY/],
    [
      { ...only("twilio"), VONAGE_API_KEY: "a1", VONAGE_API_SECRET: "" },
      /^error host configuration .*VONAGE_API_SECRET/
    ]
  ])("names the variable of %j, and not its value", async (change, expected) => {
    const { code, problems } = await runDoctor(change)
    assert.strictEqual(code, 1)
    assert.isTrue(
      problems.some((one) => expected.test(one)),
      problems.join("\n")
    )
  })

  it("has nothing to check in the sandbox", async () => {
    const { code, problems } = await runDoctor({ ...only("twilio"), VOIP_PROVIDER: "sandbox", TWILIO_ACCOUNT_SID: "" })
    assert.strictEqual(code, 0)
    assert.isEmpty(problems)
  })
})
