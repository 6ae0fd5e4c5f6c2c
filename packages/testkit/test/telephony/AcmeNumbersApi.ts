/** What Acme sells: numbers that are ordered by a reference, and are there at once or later. */
import { randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"
import { SimulatorKit } from "../../src/simulators/index.ts"

const { FaultyAnswer, HttpServer, NumberMarket } = SimulatorKit

export interface AcmeNumbersOptions {
  readonly inboundUrl: string
  readonly callUrl: string
  readonly faults: SimulatorKit.Faults
  readonly answers: SimulatorKit.FaultyAnswer.ErrorAnswers
}

const PAGE = 50
const statuses = { not_available: "gone", requirements: "papers", account: "no-money" } as const

export const acmeNumbersApi = ({ answers, callUrl, faults, inboundUrl }: AcmeNumbersOptions) => {
  const market = new NumberMarket({
    newId: (number) => `n${number.slice(1)}`,
    newOrderId: randomUUID,
    faults: { sms_webhook: { texts: "http://127.0.0.1:9/" }, voice_webhook: { calls: "http://127.0.0.1:9/" } },
    textsTo: ({ fields }) => String(fields["texts"] ?? ""),
    callsTo: ({ fields }) => String(fields["calls"] ?? "")
  })

  const order = (body: { readonly number: string; readonly ref: string }): SimulatorKit.FaultyAnswer.Outcome => {
    const refusal = market.refusalOf(body.number)
    if (refusal !== null) {
      return { refusal: (response) => HttpServer.json(response, 400, { code: statuses[refusal] }) }
    }
    const { id, state } = market.order(body.number, body.ref, {})
    return { answer: (response) => HttpServer.json(response, 200, { id, state, number: `n${body.number.slice(1)}` }) }
  }

  const search = (query: URLSearchParams, response: ServerResponse): void => {
    const area = query.get("area")
    const found = market.search({
      startsWith: area === null ? null : `+1${area}`,
      contains: query.get("contains"),
      locality: query.get("town"),
      features: query.getAll("feature")
    })
    HttpServer.json(response, 200, { numbers: found.slice(0, market.pageOf(PAGE)) })
  }

  const list = (query: URLSearchParams, response: ServerResponse): void => {
    const size = market.pageOf(PAGE)
    const page = Number(query.get("page") ?? 0)
    const shown = market.lines.slice(page * size, (page + 1) * size)
    HttpServer.json(response, 200, {
      numbers: shown.map(({ features, fields, id, number }) => ({
        id,
        number,
        features,
        texts: fields["texts"] ?? "",
        calls: fields["calls"] ?? ""
      })),
      more: (page + 1) * size < market.lines.length
    })
  }

  return {
    market,
    destinations: { texts: inboundUrl, calls: callUrl },
    /** Whether a request was about numbers, and is answered. */
    handle: async (method: string, url: URL, body: string, response: ServerResponse): Promise<boolean> => {
      if (!url.pathname.startsWith("/numbers")) return false
      if (url.pathname === "/numbers/orders" && method === "POST") {
        await FaultyAnswer.ofChange(response, faults, answers, () =>
          order(JSON.parse(body) as { readonly number: string; readonly ref: string })
        )
        return true
      }
      if (FaultyAnswer.ofRead(response, faults, answers)) return true
      const number = `+${url.pathname.split("/")[2]}`
      if (url.pathname === "/numbers/orders") {
        const orders = market.orders.filter(({ reference }) => reference === url.searchParams.get("ref"))
        HttpServer.json(response, 200, { orders: orders.map(({ id, state }) => ({ id, state })) })
      } else if (url.pathname === "/numbers/search") search(url.searchParams, response)
      else if (url.pathname === "/numbers") list(url.searchParams, response)
      else if (market.find(number) === undefined) HttpServer.json(response, 404, { code: "not-found" })
      else if (method === "DELETE" && market.isLocked(number)) HttpServer.json(response, 409, { code: "locked" })
      else if (method === "DELETE") {
        market.giveBack(number)
        HttpServer.json(response, 200, {})
      } else {
        market.change(number, JSON.parse(body) as SimulatorKit.Fields)
        HttpServer.json(response, 200, {})
      }
      return true
    }
  }
}
