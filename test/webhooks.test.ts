/** What a host answers to each provider's webhooks, as the provider hears it, and what it keeps of them. */
import { providerNames } from "@careline/server"
import type { Scenario } from "@careline/testkit/simulators"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { type Line, openLine, ownNumber } from "./support/line.ts"

const number = "+12025550100"

interface Items<A> {
  readonly items: ReadonlyArray<A>
}

describe.each(providerNames)("A webhook of %s", (provider) => {
  let line: Line
  let count = 0

  beforeAll(async () => {
    line = await openLine({ provider })
    await ownNumber(line.active, number)
    await Host.api(line.url, line.bearer, "POST", "/phone-numbers", { number })
  })
  afterAll(() => line.close())

  const answers = () =>
    line.active.simulator.ledger.webhooks.map(({ answer }) => answer).filter((answer) => typeof answer === "number")
  /** A text that is signed in some way; what was answered, try by try. */
  const receive = async (signing: Scenario.Signing | null, times: number) => {
    const from = `+1303555${String(4000 + ++count)}`
    const before = answers().length
    if (signing !== null) line.active.simulator.faults.onSigning(signing, times)
    await line.active.simulator.receive({ from, to: number, body: "Is anybody there?" })
    line.active.simulator.faults.clear()
    return { from, answered: answers().slice(before) }
  }
  const threadsOf = async (contact: string) => {
    const path = "/external-threads/search"
    return (await Host.api<Items<{ readonly id: string }>>(line.url, line.bearer, "POST", path, { q: contact })).body
      .items
  }

  it("is kept, and answered with a success", async () => {
    const { answered, from } = await receive(null, 0)
    assert.deepStrictEqual(
      answered.filter((status) => status >= 300),
      []
    )
    assert.lengthOf(await Host.until(async () => (await threadsOf(from)).length > 0 && threadsOf(from)), 1)
  })

  it("is refused and not kept when somebody else wrote it", async () => {
    for (const signing of ["wrongKey", "tamperedBody"] as const) {
      const { answered, from } = await receive(signing, 10)
      assert.isNotEmpty(answered)
      for (const status of answered) assert.oneOf(status, [403, 503], signing)
      assert.isEmpty(await threadsOf(from))
    }
  })

  it("that comes unsigned is refused, or asked for again where the provider forgets to sign", async () => {
    const { answered, from } = await receive("missingSignature", 1)
    if (line.active.telephony.capabilities.webhooks.unsigned === "forged") {
      assert.strictEqual(answered[0], 403)
    } else {
      assert.deepStrictEqual(answered, [503, 200])
      assert.lengthOf(await Host.until(async () => (await threadsOf(from)).length > 0 && threadsOf(from)), 1)
    }
  })

  it("that nobody here can read is our fault, and one of an unknown kind is nobody's", async () => {
    assert.strictEqual((await line.active.simulator.deliver("unreadableEvent", number)).answer, 500)
    assert.isBelow(Number((await line.active.simulator.deliver("unknownEvent", number)).answer), 300)
    assert.isBelow(Number((await line.active.simulator.deliver("unknownStatus", number)).answer), 300)
  })
})
