/** What an adapter's author tells the suite: what is tested, against which simulator. */
import type { PhoneNumber } from "@careline/domain"
import { Telephony } from "@careline/ports"
import { Context, Effect, Layer, type Scope } from "effect"
import type { Simulator } from "../../simulators/index.ts"
import { Receiver } from "./Receiver.ts"

export interface Subject {
  /** How the suite is titled. */
  readonly name: string
  /** What the adapter declares. What it leaves out is skipped, and tested to be `Unsupported`. */
  readonly capabilities: Telephony.Capabilities
}

/** A provider on this machine and the adapter that talks to it. */
export interface ProviderParts {
  readonly simulator: Simulator
  /** With the simulator's URL for the provider's, and with the patience of the test: the receiver's `patienceMillis`. */
  readonly telephony: Telephony.TelephonyService
  /** A number that the provider lets us send from. */
  readonly line: PhoneNumber.E164
  /** Credentials as the adapter was given them: none may ever come out of it. */
  readonly secrets: ReadonlyArray<string>
}

export class ProviderUnderTest extends Context.Service<ProviderUnderTest, ProviderParts>()(
  "careline/testkit/contract/ProviderUnderTest"
) {}

/** What `suite` runs on: built for each test, with webhooks that arrive. */
export const layer = (
  make: (receiver: Receiver["Service"]) => Effect.Effect<ProviderParts, unknown, Scope.Scope>
): Layer.Layer<ProviderUnderTest | Telephony.Telephony, unknown, Receiver> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const receiver = yield* Receiver
      const parts = yield* make(receiver)
      receiver.serve(parts.telephony)
      return Context.make(ProviderUnderTest, parts).pipe(Context.add(Telephony.Telephony, parts.telephony))
    })
  )
