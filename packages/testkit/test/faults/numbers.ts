/** Stores that keep numbers with one fault each. */
import { InventoryNumber } from "@careline/domain"
import { Inbox, NumberInventory, NumberOrders, PoolNumbers } from "@careline/ports"
import { Effect, HashMap, Option } from "effect"
import { breaking, set, type StoreFaults } from "./brokenStore.ts"

const pool = breaking(PoolNumbers)
const inventory = breaking(NumberInventory)
const parked = breaking(Inbox)
const orders = breaking(NumberOrders)

export const numberFaults: StoreFaults = {
  "Pool numbers": {
    "takes a suspended number for the default → the tenant's oldest number": pool.altered(({ list }) => ({
      defaultOf: (tenant) => Effect.map(list([tenant]), (numbers) => Option.fromNullishOr(numbers[0]))
    })),
    "takes everybody's numbers for the tenant's → exactly these tenants": pool.asked({
      carriedBy: (tenants) => [...tenants, null]
    })
  },
  "Number inventory": {
    "shows who had a number last that is nobody's → in nobody's hands in no pool": pool.answered({
      byNumbers: (_on, all, of) =>
        HashMap.toValues(all.numbers)
          .filter(({ number }) => of.includes(number))
          .flatMap(({ holder, ...one }) => {
            const last = holder ?? { siteGroupingId: null }
            return InventoryNumber.held({ ...one, holder: last, status: "assigned" }) ?? []
          })
    }),
    "gives a tenant what came while its number was nobody's → in nobody's hands, or": parked.before({
      releaseParked: (all) => ({
        ...all,
        numbers: HashMap.map(all.numbers, (one) => ({ ...one, acquiredAt: one.heldSince }))
      })
    }),
    "assigns whatever number there is → available for longest": inventory.asked({ take: set({ areaCode: null }) }),
    "finds an assignment of another tenant by its key → under a key": inventory.answered({
      taken: (_own, all, _tenant, key) =>
        Option.fromNullishOr(HashMap.toValues(all.numbers).find(({ assignmentKey }) => assignmentKey === key))
    }),
    "lets texts that wait leave from a number that was replaced → put another number": inventory.after({
      hand: (now, was) => ({ ...now, sends: was.sends })
    }),
    "has a number answer that was replaced → what answers for a number": inventory.answered({
      reached: (_on, all, digits) =>
        HashMap.toValues(all.numbers)
          .filter(({ number }) => digits.includes(number))
          .map((number) => ({ number: number.number, on: InventoryNumber.held(number) }))
          .flatMap(({ number, on }) => (on === null ? [] : [{ number, on }]))
    }),
    "ends a quarantine at once → whose time has come": inventory.answered({
      ended: (answer, { numbers }) => ({
        ...answer,
        numbers: HashMap.toValues(numbers).filter(({ status }) => status === "quarantined")
      })
    }),
    "answers everybody anew who tries a number in nobody's hands → count who tries a number": inventory.answered({
      noteUnroutedMessage: Option.map(() => ({ isFirst: true }))
    })
  },
  "Number orders": {
    "lets whoever comes back late say how far an order has come → under its fence only": orders.asked({
      advance: (progress, { numberOrders }) => ({
        ...progress,
        fence: String(Option.getOrUndefined(HashMap.get(numberOrders, progress.order.id))?.fence)
      })
    }),
    "has two orders of one number → one open order of a number": orders.before({
      add: set({ numberOrders: HashMap.empty() })
    }),
    "spends money that it forgot → add up what orders cost": orders.answered({ spentMicros: () => 0 }),
    "forgets which numbers were refused → for what numbers orders failed": orders.answered({ refused: () => [] }),
    "has every host look → time to look": orders.answered({ look: () => true }),
    "tells of the same condition each time → what began and what ended": orders.altered(() => ({
      note: (conditions) => Effect.succeed({ began: conditions, ended: [] })
    }))
  }
}
