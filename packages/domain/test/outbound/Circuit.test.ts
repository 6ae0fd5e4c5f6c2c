import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import { Circuit } from "../../src/index.ts"

const settings: Circuit.CircuitSettings = { failuresToOpen: 3, openForMillis: 30_000, probeForMillis: 10_000 }
const start = DateTime.makeUnsafe("2026-03-02T09:30:00Z")
const after = (millis: number) => DateTime.addDuration(start, millis)

const failing = (circuit: Circuit.Circuit, times: number, now: DateTime.Utc) => {
  let next = circuit
  for (let time = 0; time < times; time++) next = Circuit.recordOutcome(next, false, now, settings)
  return next
}

const opened = failing(Circuit.closed("acme"), 3, start)
const probed = Circuit.admit(opened, after(30_000), settings).circuit
const admits = (circuit: Circuit.Circuit, now: DateTime.Utc) => Circuit.admit(circuit, now, settings).admits

describe("The circuit of a provider", () => {
  it("lets everything through until so many calls in a row failed", () => {
    const shaky = failing(Circuit.closed("acme"), 2, start)
    assert.deepStrictEqual(Circuit.admit(shaky, start, settings), { admits: "all", circuit: shaky })
    assert.deepStrictEqual(opened, { provider: "acme", failures: 3, openUntil: after(30_000), probeUntil: null })
    assert.strictEqual(admits(opened, start), "none")
    assert.strictEqual(admits(opened, after(29_999)), "none")
  })

  it("forgets failures once a call succeeds", () => {
    const shaky = failing(Circuit.closed("acme"), 2, start)
    assert.deepStrictEqual(Circuit.recordOutcome(shaky, true, start, settings), Circuit.closed("acme"))
  })

  it("lets one probe through when the pause is over, and another when that one was not heard of in time", () => {
    const admitted = Circuit.admit(opened, after(30_000), settings)
    assert.deepStrictEqual(admitted, { admits: "probe", circuit: { ...opened, probeUntil: after(40_000) } })
    assert.strictEqual(admits(probed, after(39_999)), "none")
    assert.strictEqual(admits(probed, after(40_000)), "probe")
  })

  it("closes when the probe succeeds", () => {
    assert.deepStrictEqual(Circuit.recordOutcome(probed, true, after(31_000), settings), Circuit.closed("acme"))
  })

  it("opens again, for as long as before, when the probe fails, even if that is heard late", () => {
    for (const millis of [31_000, 39_999, 55_000]) {
      const again = Circuit.recordOutcome(probed, false, after(millis), settings)
      assert.deepStrictEqual(again.openUntil, after(millis + 30_000))
      assert.strictEqual(again.probeUntil, null)
      assert.strictEqual(admits(again, after(millis + 30_000)), "probe")
    }
  })

  it("stays open no longer for failures of calls that began before it opened", () => {
    for (const millis of [1, 29_999, 30_000, 90_000]) {
      const late = Circuit.recordOutcome(opened, false, after(millis), settings)
      assert.deepStrictEqual(late, { ...opened, failures: 4 })
    }
  })

  it("closes when a call that began before it opened succeeds after all", () => {
    assert.deepStrictEqual(Circuit.recordOutcome(opened, true, after(1), settings), Circuit.closed("acme"))
  })
})

/** What is known of the circuit from outside: what was heard and admitted, and when. */
interface Model {
  now: number
  failuresInARow: number
  /** When it opened last, or `null` while it is closed. */
  openedAt: number | null
  /** When the last probe since then was admitted. */
  probedAt: number | null
}
interface Real {
  circuit: Circuit.Circuit
}

class Pass implements fc.Command<Model, Real> {
  readonly millis: number
  constructor(millis: number) {
    this.millis = millis
  }
  check = () => true
  run = (model: Model) => void (model.now += this.millis)
  toString = () => `${this.millis} ms pass`
}

class Ask implements fc.Command<Model, Real> {
  check = () => true
  run(model: Model, real: Real) {
    const { admits, circuit } = Circuit.admit(real.circuit, after(model.now), settings)
    real.circuit = circuit
    if (model.openedAt === null) {
      assert.strictEqual(admits, "all")
      return
    }
    const isPaused = model.now < model.openedAt + settings.openForMillis
    const isProbing = model.probedAt !== null && model.now < model.probedAt + settings.probeForMillis
    assert.strictEqual(admits, isPaused || isProbing ? "none" : "probe")
    if (admits === "probe") model.probedAt = model.now
  }
  toString = () => "ask"
}

class Hear implements fc.Command<Model, Real> {
  readonly success: boolean
  constructor(success: boolean) {
    this.success = success
  }
  check = () => true
  run(model: Model, real: Real) {
    const before = real.circuit
    real.circuit = Circuit.recordOutcome(before, this.success, after(model.now), settings)
    model.failuresInARow = this.success ? 0 : model.failuresInARow + 1
    const opens =
      !this.success &&
      (model.openedAt === null ? model.failuresInARow >= settings.failuresToOpen : model.probedAt !== null)
    if (this.success || opens) {
      model.openedAt = opens ? model.now : null
      model.probedAt = null
    }
    assert.strictEqual(real.circuit.failures, model.failuresInARow)
    assert.strictEqual(real.circuit.openUntil !== null, model.openedAt !== null)
    assert.strictEqual(real.circuit.provider, before.provider)
  }
  toString = () => (this.success ? "a call succeeds" : "a call fails")
}

describe("Whatever comes in whatever order, the circuit", () => {
  const commands = fc.commands(
    [
      fc.oneof(fc.nat({ max: 12_000 }), fc.constantFrom(10_000, 29_999, 30_000)).map((millis) => new Pass(millis)),
      fc.constant(new Ask()),
      fc.constant(new Hear(false)),
      fc.boolean().map((success) => new Hear(success))
    ],
    { size: "large" }
  )

  test.prop([commands])("does as a record of what was heard and admitted has it", (run) => {
    fc.modelRun(
      () => ({
        model: { now: 0, failuresInARow: 0, openedAt: null, probedAt: null },
        real: { circuit: Circuit.closed("acme") }
      }),
      run
    )
  })

  const calls = fc.array(fc.record({ success: fc.boolean(), millis: fc.nat({ max: 60_000 }) }), { maxLength: 60 })

  test.prop([calls])("never keeps a provider out for good that answers again", (past) => {
    let now = 0
    let circuit = Circuit.closed("acme")
    for (const { millis, success } of past) {
      now += millis
      const admission = Circuit.admit(circuit, after(now), settings)
      circuit = Circuit.recordOutcome(admission.circuit, success, after(now), settings)
    }
    now += Math.max(settings.openForMillis, settings.probeForMillis)
    const admission = Circuit.admit(circuit, after(now), settings)
    assert.notStrictEqual(admission.admits, "none")
    assert.strictEqual(admits(Circuit.recordOutcome(admission.circuit, true, after(now), settings), after(now)), "all")
  })
})
