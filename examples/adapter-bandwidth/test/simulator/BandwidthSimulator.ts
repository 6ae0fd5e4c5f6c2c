/** Bandwidth on this machine: one account with one messaging application. */
import { randomUUID } from "node:crypto"
import { type Simulator, SimulatorKit } from "@careline/testkit/simulators"
import { CallbackSender } from "./CallbackSender.ts"
import * as Wire from "./Wire.ts"

const { ControlApi, Faults, FaultyAnswer, HttpServer, Ledger, Scenario, StatusEngine } = SimulatorKit

export interface BandwidthSimulatorOptions {
  readonly accountId: string
  readonly applicationId: string
  /** `user:password` of the API. */
  readonly apiCredentials: string
  /** `user:password` of the callbacks now, and the one before or after. */
  readonly callbackCredentials: readonly [current: string, other: string]
  /** Numbers of the account. */
  readonly lines: ReadonlyArray<string>
  readonly inboundUrl: string
  readonly statusUrl: string
  /** 0 is a free one. */
  readonly port?: number | undefined
  /** Between two statuses, in milliseconds. */
  readonly delayMillis?: number | undefined
}

/** Nothing is signed, so nothing is tampered with or stale; and no keyword is named. */
const unspoken: ReadonlySet<SimulatorKit.Scenario.Scenario> = new Set([
  "tamperedBody",
  "staleTimestamp",
  "providerHandledStop"
])

/** Ids as in the documentation: the time in milliseconds, and letters and digits. */
const newId = (): string => `${Date.now()}${randomUUID().replaceAll("-", "").slice(0, 16)}`

export const start = async (options: BandwidthSimulatorOptions): Promise<Simulator> => {
  const { accountId, apiCredentials, applicationId, delayMillis = 1, lines, port = 0, statusUrl } = options
  const faults = new Faults()
  const ledger = new Ledger()
  const sender = new CallbackSender({ faults, ledger, credentials: options.callbackCredentials })
  const silent = new Set<string>()
  let { inboundUrl } = options

  /**
   * Bandwidth says `message-sending` of media only, and where the account asked for it. Here it is said of every text, so
   * that there are two reports to come in disorder.
   */
  const report = async (message: SimulatorKit.SimulatedMessage, status: SimulatorKit.MessageStatus) => {
    const tell = (type: string, description: string, more = {}) =>
      sender.send(statusUrl, [Wire.eventOf(message, type, description, more)])
    if (status === "delivered") return tell("message-delivered", "ok")
    if (status !== "sent") return tell("message-failed", "rejected", { errorCode: Number(message.errorCode) })
    const sending = await tell("message-sending", "Message is sending to carrier")
    // What two hours without a receipt end in.
    return silent.has(message.to) ? tell("message-failed", "delivery-receipt-expired", { errorCode: 9902 }) : sending
  }

  const errorCodes = { undelivered: "4750", failed: "4470" }
  const engine = new StatusEngine({ faults, delayMillis, errorCodes, report })

  const add = (message: Omit<SimulatorKit.SimulatedMessage, "createdAt" | "sentAt" | "errorCode" | "service">) =>
    ledger.addMessage({ ...message, service: applicationId, createdAt: new Date(), sentAt: null, errorCode: null })

  /** The code of a text that is taken and rejected later; `null` for one that leaves. */
  const verdictOn = (
    request: Wire.MessageRequest,
    fault: SimulatorKit.Scenario.RequestFault | undefined
  ): string | null => {
    if (request.applicationId !== applicationId) return "4452"
    if (!lines.includes(request.from)) return "4403"
    return (fault && Wire.laterRefusals[fault]) ?? null
  }

  const createMessage = async (
    { body, request }: SimulatorKit.HttpServer.Incoming,
    fault: SimulatorKit.Scenario.RequestFault | undefined
  ): Promise<SimulatorKit.FaultyAnswer.Outcome> => {
    const asked = Wire.readRequest(body)
    const wrong = asked === null ? [] : Wire.faultsIn(asked)
    if (asked === null || wrong.length > 0) return { refusal: (response) => Wire.invalid(response, wrong) }
    if (!request.headers["content-type"]?.startsWith("application/json")) {
      const problem = { type: "unsupported-content-type", description: "Use application/json" }
      return { refusal: (response) => Wire.answer(response, 415, problem) }
    }
    const message = add({
      id: newId(),
      from: asked.from,
      // Groups are not simulated: one text, one recipient.
      to: asked.to[0] ?? "",
      body: asked.text ?? "",
      mediaUrls: asked.media ?? [],
      direction: "outbound",
      reference: asked.tag ?? null,
      callbackUrl: statusUrl,
      status: "accepted"
    })
    const errorCode = verdictOn(asked, fault)
    await engine.start(message, errorCode === null ? null : { ending: "failed", errorCode })
    const taken = { ...Wire.messageOf(message, message.body), priority: "default" }
    return { answer: (response) => Wire.answer(response, 202, taken) }
  }

  const route = `/users/${accountId}/messages`
  const authorization = `Basic ${Buffer.from(apiCredentials).toString("base64")}`
  const server = await HttpServer.listen(
    port,
    async (incoming, response) => {
      if (await ControlApi.handle(simulator, incoming, response)) return
      const { request, url } = incoming
      if (request.headers.authorization !== authorization) return Wire.unauthorized(response)
      if (request.method !== "POST" || url.pathname !== route) {
        return Wire.notFound(response, url.pathname)
      }
      await FaultyAnswer.ofChange(response, faults, Wire.errors, (fault) => createMessage(incoming, fault))
    },
    (response) => Wire.errors.serverError(response, 500)
  )

  const receive: Simulator["receive"] = async ({ body, extra, from, id = newId(), media = [], to }) => {
    const mediaUrls = media.map(({ url }) => url)
    const message =
      ledger.find(id) ??
      add({
        id,
        from,
        to,
        body,
        mediaUrls,
        direction: "inbound",
        reference: null,
        callbackUrl: null,
        status: "received"
      })
    const event = Wire.eventOf(message, "message-received", "Incoming message received")
    return { ...(await sender.send(inboundUrl, [event], extra)), id }
  }

  const deliver: Simulator["deliver"] = (oddity, to) => {
    const time = new Date().toISOString()
    const message = { id: newId(), time, owner: to, from: to, to: ["+13035550100"], direction: "out", text: "" }
    switch (oddity) {
      case "unknownEvent":
        return sender.send(inboundUrl, [{ time, type: "suggestion-response", to, description: "", message }])
      case "unknownStatus":
        return sender.send(statusUrl, [{ time, type: "message-queued", to, description: "", message }])
      case "unreadableEvent":
        return sender.send(inboundUrl, [{ time, type: "message-received", to, description: "", message: "+1303" }])
    }
  }

  const simulator: Simulator = {
    provider: "bandwidth",
    url: server.url,
    controlUrl: server.url,
    controlToken: randomUUID(),
    speaks: new Set(Scenario.scenarios.filter((scenario) => !unspoken.has(scenario))),
    ledger,
    faults,
    receive,
    deliver,
    script: (to, ending, errorCode) => {
      if (ending === "silent") silent.add(to)
      else silent.delete(to)
      engine.script(to, ending, errorCode)
    },
    voice: null,
    numbers: null,
    hostMedia: SimulatorKit.hostsNothing,
    setInboundUrl: (url) => {
      inboundUrl = url
    },
    idle: async () => {
      await engine.idle()
      await sender.idle()
    },
    close: async () => {
      engine.stop()
      sender.stop()
      await server.close()
    }
  }
  return simulator
}

/** For as long as the scope is open. */
export const scoped = (options: BandwidthSimulatorOptions) => SimulatorKit.scoped(() => start(options))
