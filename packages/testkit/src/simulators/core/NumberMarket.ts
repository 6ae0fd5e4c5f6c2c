/**
 * The numbers of a simulated provider: what it sells, what we own and how that is set up, and what we ordered. A provider's
 * own API shows it in its own form. Knows no HTTP server.
 */
import { type ForSale, plain, stock } from "./NumberStock.ts"

/** Fields of a number as they stand on the wire, where they are different from what the provider shows by itself. */
export type Fields = Readonly<Record<string, unknown>>

/** What may be wrong with a number, in the port's words. */
export type Misconfiguration = "sms_webhook" | "voice_webhook" | "messaging_attachment" | "voice_attachment"

/** Why a purchase is refused, in the port's words. */
export type Refusal = "not_available" | "requirements" | "account"

/** A number of ours. */
export interface OwnedLine extends ForSale {
  /** The provider's id. */
  readonly id: string
  readonly reference: string | null
  fields: Fields
}

/** A purchase that the provider took. */
export interface Purchase {
  readonly number: string
  readonly reference: string | null
}

/** An order of a provider that carries orders out later. */
export interface NumberOrder extends Purchase {
  readonly id: string
  state: "pending" | "success" | "failure"
  readonly fields: Fields
}

/** What is the provider's own. */
export interface MarketWire {
  readonly newId: (number: string) => string
  readonly newOrderId?: (() => string) | undefined
  /** What each fault of a number's set-up looks like; what is not here cannot be wrong at this provider. */
  readonly faults: Partial<Readonly<Record<Misconfiguration, Fields>>>
  /** Where texts and calls to a number are delivered; `""` for nowhere. */
  readonly textsTo: (line: OwnedLine) => string
  readonly callsTo: (line: OwnedLine) => string
}

/** What a search at the provider narrows by. */
export interface Search {
  readonly startsWith?: string | null | undefined
  readonly contains?: string | null | undefined
  readonly locality?: string | null | undefined
  readonly features?: ReadonlyArray<string> | undefined
}

export class NumberMarket {
  /** Purchases that were carried out, or are: what the provider asks money for. */
  readonly purchases: Array<Purchase> = []
  readonly orders: Array<NumberOrder> = []
  /** The numbers that are ours, always up to date. */
  readonly owned: Array<string> = []
  private readonly wire: MarketWire
  private readonly offers = new Map(stock.map((offer) => [offer.number, offer]))
  private readonly byNumber = new Map<string, OwnedLine>()
  private readonly locked = new Set<string>()
  private refusals: Array<Refusal> = []
  private holdsOrders = false
  private pageSize = Infinity

  constructor(wire: MarketWire, owned: ReadonlyArray<string> = [], fields: Readonly<Record<string, Fields>> = {}) {
    this.wire = wire
    for (const number of owned) this.own(number, fields[number])
  }

  /** What can be wrong with a number at this provider. */
  get faults(): ReadonlyArray<Misconfiguration> {
    return Object.keys(this.wire.faults) as ReadonlyArray<Misconfiguration>
  }

  /** Everything that can be bought now. */
  get forSale(): ReadonlyArray<ForSale> {
    return [...this.offers.values()]
  }

  /** Every number of ours, as it is set up. */
  get lines(): ReadonlyArray<OwnedLine> {
    return [...this.byNumber.values()]
  }

  /** Puts a number up for sale. */
  offer(offer: ForSale): void {
    this.offers.set(offer.number, offer)
  }

  /** Somebody else buys it. */
  sellElsewhere(number: string): void {
    this.offers.delete(number)
  }

  /** It is ours without a purchase: bought by hand, or ported in. */
  own(number: string, fields: Fields = {}): void {
    this.take(this.offers.get(number) ?? plain(number), null, fields)
  }

  /** Somebody sets a number up in another way behind our back. */
  misconfigure(number: string, fault: Misconfiguration): void {
    const fields = this.wire.faults[fault]
    if (fields === undefined) throw new Error(`No number has the fault ${fault} at this provider`)
    this.change(number, fields)
  }

  /** Somebody gives a number of ours back behind our back. */
  lose(number: string): void {
    this.giveBack(number)
    this.offers.delete(number)
  }

  /** The provider does not take the number back from now on. */
  lock(number: string): void {
    this.locked.add(number)
  }

  isLocked(number: string): boolean {
    return this.locked.has(number)
  }

  /** The next purchase is refused for this reason. */
  refuseNext(refusal: Refusal): void {
    this.refusals.push(refusal)
  }

  /** Orders wait from now on, where the provider carries them out later. */
  holdOrders(): void {
    this.holdsOrders = true
  }

  /** What waited comes to its end. */
  settleOrders(state: "success" | "failure"): void {
    this.holdsOrders = false
    for (const order of this.orders) if (order.state === "pending") this.settle(order, state)
  }

  /** Lists come in pages of no more than this from now on, whatever is asked for. */
  limitPages(size: number): void {
    this.pageSize = size
  }

  pageOf(asked: number): number {
    return Math.min(asked, this.pageSize)
  }

  find(number: string): OwnedLine | undefined {
    return this.byNumber.get(number)
  }

  findById(id: string): OwnedLine | undefined {
    return this.lines.find((line) => line.id === id)
  }

  search({ contains, features = [], locality, startsWith }: Search): ReadonlyArray<ForSale> {
    return this.forSale.filter(
      (offer) =>
        (startsWith ?? "") === offer.number.slice(0, startsWith?.length ?? 0) &&
        offer.number.includes(contains ?? "") &&
        (locality ?? offer.locality).toLowerCase() === offer.locality.toLowerCase() &&
        features.every((feature) => (offer.features as ReadonlyArray<string>).includes(feature.toLowerCase()))
    )
  }

  /** Why a purchase is refused; `null` for one that is taken. */
  refusalOf(number: string): Refusal | null {
    return this.refusals.shift() ?? (this.offers.has(number) ? null : "not_available")
  }

  /** Sells a number that is for sale, at once. */
  buy(number: string, reference: string | null, fields: Fields): OwnedLine {
    this.purchases.push({ number, reference })
    return this.take(this.offers.get(number) ?? plain(number), reference, fields)
  }

  /** Takes an order, which is carried out at once unless orders wait. */
  order(number: string, reference: string | null, fields: Fields): NumberOrder {
    const order: NumberOrder = {
      id: this.wire.newOrderId?.() ?? "",
      number,
      reference,
      state: "pending",
      fields
    }
    this.orders.push(order)
    if (this.holdsOrders) this.offers.delete(number)
    else this.settle(order, "success")
    return order
  }

  change(number: string, fields: Fields): void {
    const line = this.byNumber.get(number)
    if (line !== undefined) line.fields = { ...line.fields, ...fields }
  }

  /** Whether the number was ours. */
  giveBack(number: string): boolean {
    const index = this.owned.indexOf(number)
    if (index !== -1) this.owned.splice(index, 1)
    return this.byNumber.delete(number)
  }

  /** Where a text to a number is delivered; `otherwise` for one that nobody bought here. */
  textsTo(number: string, otherwise: string): string {
    const line = this.byNumber.get(number)
    return line === undefined ? otherwise : this.wire.textsTo(line)
  }

  /** The same of a call. */
  callsTo(number: string, otherwise: string): string {
    const line = this.byNumber.get(number)
    return line === undefined ? otherwise : this.wire.callsTo(line)
  }

  private settle(order: NumberOrder, state: "success" | "failure"): void {
    order.state = state
    if (state === "success") this.buy(order.number, order.reference, order.fields)
  }

  private take(offer: ForSale, reference: string | null, fields: Fields): OwnedLine {
    const line: OwnedLine = { ...offer, id: this.wire.newId(offer.number), reference, fields }
    this.offers.delete(offer.number)
    this.byNumber.set(offer.number, line)
    if (!this.owned.includes(offer.number)) this.owned.push(offer.number)
    return line
  }
}
