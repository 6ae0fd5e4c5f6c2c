/**
 * A provider on this machine: a real HTTP server that the real SDK talks to, and that calls webhooks back as the provider
 * does. Says what it took and delivered (`ledger`); can be made to fail (`faults`).
 */
import { Effect, type Scope } from "effect"
import type { Faults } from "./Faults.ts"
import type { HttpServer } from "./HttpServer.ts"
import type { Delivery, InboundText } from "./InboundText.ts"
import type { Ledger } from "./Ledger.ts"
import type { NumberMarket } from "./NumberMarket.ts"
import type { Ending, Oddity, Scenario } from "./Scenario.ts"
import type { Deliveries, SimulatedAccount } from "./SimulatedAccount.ts"
import type { StatusEngine } from "./StatusEngine.ts"
import type { Voice } from "./Voice.ts"

export interface Simulator {
  /** The provider's name, as it stands in webhook paths. */
  readonly provider: string
  /** The base URL that stands in the place of the provider's. */
  readonly url: string
  /** Where the control API is: `<controlUrl>/_simulator/<command>`. */
  readonly controlUrl: string
  /** Opens the control API, as a bearer token. */
  readonly controlToken: string
  /** The scenarios that it can say in the provider's wire format. */
  readonly speaks: ReadonlySet<Scenario>
  readonly ledger: Ledger
  readonly faults: Faults
  /** Somebody texts one of our numbers. Ends when the webhook was answered, or given up. */
  readonly receive: (text: InboundText) => Promise<Delivery & { readonly id: string }>
  /** Calls one of our webhooks in a way that is not in the book. Ends like `receive`. */
  readonly deliver: (oddity: Oddity, to: string) => Promise<Delivery>
  /** Its calls; `null` for a simulator of texts only. */
  readonly voice: Voice | null
  /** The numbers that it sells, and those that are ours; `null` for a simulator that sells none. */
  readonly numbers: NumberMarket | null
  /** Puts a file where the provider keeps what comes with texts, for `media`, and returns its URL there. */
  readonly hostMedia: (file: { readonly bytes: Uint8Array; readonly contentType: string }) => string
  /** Messages to this recipient end so, with this code of the provider's where they fail. */
  readonly script: (to: string, ending: Ending, errorCode?: string) => void
  /** Where inbound texts are delivered from now on. */
  readonly setInboundUrl: (url: string) => void
  /** Once every message has come to its end, and no webhook is under way. */
  readonly idle: () => Promise<void>
  readonly close: () => Promise<void>
}

/** What every simulator may be told. */
export interface SimulatorOptions {
  /** On 127.0.0.1; a free one when not given. */
  readonly port?: number | undefined
  /** Between two statuses of a message, in milliseconds. */
  readonly statusDelayMillis?: number | undefined
  /** Messages, and tries at webhooks, that the ledger keeps. */
  readonly ledgerLimit?: number | undefined
}

/** What a simulator is put together from. */
export interface SimulatorParts<Sender extends Deliveries> extends Pick<
  Simulator,
  "provider" | "controlToken" | "speaks" | "ledger" | "faults"
> {
  readonly server: HttpServer
  /** The path that the provider's base URL ends with. */
  readonly basePath?: string | undefined
  readonly account: SimulatedAccount<Sender>
  readonly engine: StatusEngine
  readonly sender: Sender
  /** Its calls; none where it has only texts. */
  readonly calls?: (Voice & { readonly idle: () => Promise<void> }) | undefined
  readonly hostMedia?: Simulator["hostMedia"] | undefined
  readonly numbers?: NumberMarket | undefined
}

/** For a simulator that keeps no files. */
export const hostsNothing: Simulator["hostMedia"] = () => {
  throw new Error("The simulator keeps no files")
}

export const assemble = <Sender extends Deliveries>(parts: SimulatorParts<Sender>): Simulator => {
  const {
    account,
    basePath = "",
    calls = null,
    controlToken,
    engine,
    faults,
    ledger,
    provider,
    sender,
    server,
    speaks
  } = parts
  const { hostMedia = hostsNothing, numbers = null } = parts
  return {
    provider,
    url: server.url + basePath,
    controlUrl: server.url,
    controlToken,
    speaks,
    ledger,
    faults,
    receive: (text) => account.receive(text),
    deliver: (oddity, to) => account.deliver(oddity, to),
    voice: calls,
    numbers,
    hostMedia,
    script: (to, ending, errorCode) => engine.script(to, ending, errorCode ?? null),
    setInboundUrl: (url) => {
      account.inboundUrl = url
    },
    idle: async () => {
      await calls?.idle()
      await engine.idle()
      await sender.idle()
    },
    close: async () => {
      engine.stop()
      await server.close()
    }
  }
}

/** A simulator for as long as the scope is open. */
export const scoped = <S extends Simulator>(start: () => Promise<S>): Effect.Effect<S, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.promise(start), (simulator) => Effect.promise(() => simulator.close()))
