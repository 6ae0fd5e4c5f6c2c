/** What needs a person, as clients meet it: the list by status, sending again, letting go. */
import { dispatchSends, Intake, Limits, processInbound, reconcileSends, Voice } from "@careline/application"
import type { Contact, PhoneNumber } from "@careline/domain"
import { Inbox, Optional, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { Effect, Exit, Layer, Scope } from "effect"
import type { Hono } from "hono"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { makeApp, openApiDocument, type Role } from "../src/index.ts"
import { addLine, ask, authenticate, tokenOf } from "./twilioLine.ts"

const lines = { north: "+12025550100", south: "+12025550101" } as const
const contact = "+13035550123"

const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), TelephonyProviders.layer).pipe(
  Layer.provideMerge(Memory.layer)
)
type World = Layer.Success<typeof world>

/** One look that finds nothing is enough to ask a person. */
const impatient: Limits.LimitsShape = { ...Limits.defaults, lookEvery: 0, looksUntilUndecided: 1 }

const closing = new AbortController()
let app: Hono
let scope: Scope.Closeable
let run: <A, E>(effect: Effect.Effect<A, E, World>) => Promise<A>

const token = (roles: ReadonlyArray<Role>, siteGroupingIds: ReadonlyArray<string> = []) =>
  Effect.runPromise(tokenOf("user-1", roles, siteGroupingIds))

let admin: string
let nurse: string
let stranger: string

interface Listed {
  readonly id: string
  readonly content: string
  readonly direction: string
  readonly externalThreadId: string
}

interface Body {
  readonly id: string
  readonly type: string
  readonly deliveryStatus: string
  readonly metaData: Readonly<Record<string, unknown>>
  readonly items: ReadonlyArray<Listed>
  readonly nextCursor: string | null
}

const call = async (bearer: string | null, method: string, path: string, body?: unknown) => {
  const answer = await ask<Body>(app, bearer, method, path, body)
  return { ...answer, problem: answer.type === "application/problem+json" }
}

const receive = (tenant: keyof typeof lines) =>
  Effect.gen(function* () {
    yield* (yield* Inbox).accept([
      {
        provider: "memory",
        account: "memory",
        event: {
          _tag: "MessageReceived",
          providerMessageId: `in-${tenant}`,
          from: contact as Contact.Contact,
          to: lines[tenant] as PhoneNumber.E164,
          text: "hello",
          attachments: [],
          providerKeyword: null
        }
      }
    ])
    yield* processInbound()
  })

/** Writes a message to the contact, and gives its id. */
const write = async (bearer: string, content: string): Promise<string> => {
  const [thread] = (await call(bearer, "GET", "/external-threads?view=all")).body.items
  return (await call(bearer, "POST", `/external-threads/${thread!.id}/messages`, { content })).body.id
}

const dispatch = () => run(Effect.provideService(dispatchSends(), Limits.Limits, impatient))
const look = () => run(Effect.provideService(reconcileSends(), Limits.Limits, impatient))

/** A message of which nobody will know whether it left. */
const lose = async (bearer: string, content: string): Promise<string> => {
  const id = await write(bearer, content)
  await dispatch()
  await look()
  return id
}

const waiting = async (bearer: string, query = "needsDecision=true") =>
  (await call(bearer, "GET", `/messages?deliveryStatus=unknown&${query}`)).body.items.map(({ content }) => content)

beforeAll(async () => {
  scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(world, scope))
  app = makeApp(
    {
      runPromiseExit: (effect, options) => Effect.runPromiseExitWith(context)(effect, options),
      closing: closing.signal
    },
    authenticate
  )
  run = (effect) => Effect.runPromiseWith(context)(effect)
  admin = await token(["SYSTEM_ADMIN"])
  nurse = await token(["CLINICIAN"], ["north"])
  stranger = await token(["SITE_ADMIN"], ["south"])
  for (const tenant of ["north", "south"] as const) {
    await addLine(app, admin, lines[tenant], tenant, null)
    await run(receive(tenant))
  }
  await run(
    Effect.flatMap(Memory.MemoryTelephony, ({ answer }) => answer(() => ({ _tag: "Unknown", detail: "no answer" })))
  )
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

describe("The list of what needs a person", () => {
  it("shows who may see them the messages of unknown outcome, page by page", async () => {
    for (const content of ["one", "two", "three"]) await lose(nurse, content)
    await lose(stranger, "theirs")
    assert.deepStrictEqual((await waiting(nurse)).toSorted(), ["one", "three", "two"])
    assert.deepStrictEqual(await waiting(stranger), ["theirs"])
    assert.strictEqual((await waiting(admin)).length, 4)
    assert.deepStrictEqual(await waiting(nurse, "needsDecision=false"), [])
    assert.strictEqual((await waiting(nurse, "limit=200")).length, 3)

    const paged: Array<string> = []
    let cursor: string | null = ""
    do {
      const page: Body = (await call(nurse, "GET", `/messages?deliveryStatus=unknown&limit=2&cursor=${cursor}`)).body
      paged.push(...page.items.map(({ content }) => content))
      cursor = page.nextCursor
    } while (cursor !== null)
    assert.deepStrictEqual(paged.toSorted(), ["one", "three", "two"])
  })

  it("takes any one status, and says what it cannot read", async () => {
    assert.deepStrictEqual((await call(nurse, "GET", "/messages?deliveryStatus=failed")).body.items, [])
    for (const query of [
      "",
      "?needsDecision=true",
      "?deliveryStatus=lost",
      "?deliveryStatus=unknown&needsDecision=maybe",
      "?deliveryStatus=unknown&limit=0",
      "?deliveryStatus=unknown&cursor=junk"
    ]) {
      const { problem, status } = await call(nurse, "GET", `/messages${query}`)
      assert.deepStrictEqual([status, problem], [400, true], query)
    }
    assert.strictEqual((await call(null, "GET", "/messages?deliveryStatus=unknown")).status, 401)
  })

  it("is described", () => {
    const { paths } = openApiDocument
    const described = JSON.parse(JSON.stringify(paths["/api/v1/messages"]!.get)) as {
      readonly parameters: ReadonlyArray<{ readonly in: string; readonly name: string; readonly required: boolean }>
    }
    const asked = described.parameters.filter((one) => one.in === "query")
    assert.deepStrictEqual(
      asked.map(({ name, required }) => [name, required]),
      [
        ["limit", false],
        ["cursor", false],
        ["deliveryStatus", true],
        ["needsDecision", false],
        ["siteGroupingId", false]
      ]
    )
    assert.property(paths, "/api/v1/messages/{id}/resend")
    assert.property(paths, "/api/v1/messages/{id}/dismiss")
  })
})

describe("Deciding about a message of unknown outcome", () => {
  it("sends it again once, and refuses while it is looked for and once it is settled", async () => {
    const id = await lose(nurse, "again")
    const asked = await Promise.all([1, 2].map(() => call(nurse, "POST", `/messages/${id}/resend`)))
    const [won, lost] = asked.toSorted((left, right) => left.status - right.status)
    assert.strictEqual(won?.status, 202)
    assert.deepInclude(won?.body, { id, deliveryStatus: "unknown" })
    assert.strictEqual(won?.body.metaData.needsDecision, false)
    assert.deepStrictEqual([lost?.status, lost?.problem], [409, true])
    assert.strictEqual(lost?.body.type, "urn:careline:problem:still-looking")
    assert.notInclude(await waiting(nurse), "again")
    assert.include(await waiting(nurse, "needsDecision=false"), "again")

    const before = (await run(sent)).length
    await dispatch()
    assert.strictEqual((await run(sent)).length, before + 1)
    await look()
    assert.include(await waiting(nurse), "again")

    await run(accept)
    await call(nurse, "POST", `/messages/${id}/resend`)
    await dispatch()
    for (const deed of ["resend", "dismiss"]) {
      const { body, status } = await call(nurse, "POST", `/messages/${id}/${deed}`)
      assert.deepStrictEqual([status, body.type], [409, "urn:careline:problem:not-unknown"])
    }
  })

  it("lets it go, which is the same when it is asked for twice", async () => {
    const [first] = (await call(nurse, "GET", "/messages?deliveryStatus=unknown&needsDecision=true")).body.items
    const gone = await call(nurse, "POST", `/messages/${first!.id}/dismiss`)
    assert.strictEqual(gone.status, 200)
    assert.strictEqual(gone.body.metaData.needsDecision, false)
    assert.deepStrictEqual((await call(nurse, "POST", `/messages/${first!.id}/dismiss`)).body, gone.body)
    assert.notInclude(await waiting(nurse), first!.content)
  })

  it("is refused to who may not see it, as if there were none, and for a message that had not to leave", async () => {
    const [theirs] = (await call(stranger, "GET", "/messages?deliveryStatus=unknown")).body.items
    const { items } = (await call(nurse, "GET", "/external-threads?view=all")).body
    const history = (await call(nurse, "GET", `/external-threads/${items[0]!.id}/messages?limit=200`)).body.items
    const inbound = history.find(({ direction }) => direction === "inbound")
    for (const id of [theirs!.id, inbound!.id, "nothing"]) {
      for (const deed of ["resend", "dismiss"]) {
        const { body, status } = await call(nurse, "POST", `/messages/${id}/${deed}`)
        assert.deepStrictEqual([status, body.type], [404, "urn:careline:problem:not-found"])
      }
    }
    assert.deepStrictEqual(await waiting(stranger), ["theirs"])
  })
})

const sent = Effect.flatMap(Memory.MemoryTelephony, (telephony) => telephony.sent)
const accept = Effect.flatMap(Memory.MemoryTelephony, ({ answer }) =>
  answer((_message, index) => ({ _tag: "Accepted", providerMessageId: `out-${index}`, status: "accepted" }))
)

describe("One message", () => {
  it("says which number it came to or left by and who made it, to whoever may see it", async () => {
    const [thread] = (await call(nurse, "GET", "/external-threads?view=all")).body.items
    const sent = await write(nurse, "Good morning")
    const { items } = (await call(nurse, "GET", `/external-threads/${thread!.id}/messages`)).body
    const shown = items.filter(({ direction, id }) => direction === "inbound" || id === sent)
    assert.isAbove(shown.length, 1)
    for (const listed of shown) {
      const { body, status } = await call(nurse, "GET", `/messages/${listed.id}`)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual<unknown>(body, listed)
      const creator = listed.id === sent ? "user-1" : null
      assert.deepInclude<unknown>(body, {
        phoneNumber: lines.north,
        senderId: creator,
        creatorId: creator,
        transcript: null,
        transcriptConfidence: null
      })
      assert.notProperty(body.metaData, "phoneNumber")
      assert.strictEqual((await call(stranger, "GET", `/messages/${listed.id}`)).status, 404)
    }
    assert.strictEqual((await call(nurse, "GET", "/messages/nobody")).status, 404)
  })
})
