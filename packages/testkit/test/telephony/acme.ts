/** Acme as a subject of the contract, sound or with one part swapped. */
import type { PhoneNumber } from "@careline/domain"
import { Effect } from "effect"
import { TelephonyContract } from "../../src/contract/index.ts"
import { type Scenario, SimulatorKit } from "../../src/simulators/index.ts"
import type { FaultTable } from "../faults/Fault.ts"
import * as AcmeSimulator from "./AcmeSimulator.ts"
import type { Parts } from "./AcmeParts.ts"
import * as AcmeTelephony from "./AcmeTelephony.ts"

const apiKey = "canary-acme-key"
const webhookSecrets = ["canary-secret-one", "canary-secret-two"] as const
const line = "+12025550100" as PhoneNumber.E164

/** What an adapter with a fault makes otherwise. */
export interface BrokenParts extends Partial<Omit<Parts, "calls" | "numbers">> {
  readonly calls?: Partial<Parts["calls"]>
  readonly numbers?: Partial<Parts["numbers"]>
}

export type AdapterFaults = FaultTable<BrokenParts>

export const partsWith = ({ calls, numbers, ...parts }: BrokenParts): Parts => ({
  ...AcmeTelephony.sound,
  ...parts,
  calls: { ...AcmeTelephony.sound.calls, ...calls },
  numbers: { ...AcmeTelephony.sound.numbers, ...numbers }
})

export const subjectOf = ({ capabilities }: Parts): TelephonyContract.Subject => ({
  name: "Acme",
  capabilities
})

/** Acme with these parts, and a simulator that says everything, or everything but one thing. */
export const layerOf = (parts: Parts, unspoken: ReadonlyArray<Scenario.Scenario> = []) =>
  TelephonyContract.layer(({ patienceMillis, publicUrl, urlOf }) =>
    Effect.gen(function* () {
      const urls = {
        inboundUrl: urlOf("acme", "sms"),
        statusUrl: urlOf("acme", "status"),
        callUrl: urlOf("acme", "call"),
        fallbackUrl: urlOf("acme", "fallback"),
        callStatusUrl: urlOf("acme", "call-status")
      }
      const simulator = yield* SimulatorKit.scoped(() => AcmeSimulator.start({ apiKey, webhookSecrets, ...urls }))
      const telephony = AcmeTelephony.make(
        {
          apiKey,
          webhookSecrets,
          baseUrl: simulator.url,
          publicUrl,
          timeoutMillis: patienceMillis
        },
        parts
      )
      const speaks = new Set([...simulator.speaks].filter((scenario) => !unspoken.includes(scenario)))
      return { simulator: { ...simulator, speaks }, telephony, line, secrets: [apiKey, ...webhookSecrets] }
    })
  )
