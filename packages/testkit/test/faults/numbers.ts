/** Stores that keep numbers with one fault each. */
import { InventoryNumber } from "@careline/domain"
import { Inbox, NumberInventory, NumberOrders, TenantNumbers } from "@careline/ports"
import { Effect, HashMap, Option } from "effect"
import { breaking, set, type StoreFaults } from "./brokenStore.ts"

const tenants = breaking(TenantNumbers)
const inventory = breaking(NumberInventory)
const parked = breaking(Inbox)
const orders = breaking(NumberOrders)

export const numberFaults: StoreFaults = {
  "Tenant numbers": {
    "takes everybody's numbers for the tenant's → list within the scope only": tenants.asked({
      list: (scope) => (scope === "all" ? scope : [...scope, null])
    }),
    "lists the newest number first → the oldest first": tenants.answered({ list: (numbers) => numbers.toReversed() })
  },
  "Number inventory": {
    "shows who had a number last that is unassigned → show no tenant an unassigned number": tenants.answered({
      byNumbers: (_on, all, of) =>
        HashMap.toValues(all.numbers)
          .filter(({ number }) => of.includes(number))
          .flatMap(({ holder, ...one }) => {
            const last = holder ?? { siteGroupingId: null }
            return InventoryNumber.tenantNumber({ ...one, holder: last, status: "assigned" }) ?? []
          })
    }),
    "gives a tenant what came while its number was unassigned → while its number was unassigned, or": parked.before({
      releaseParked: (all) => ({
        ...all,
        numbers: HashMap.map(all.numbers, (one) => ({ ...one, acquiredAt: one.assignedAt }))
      })
    }),
    "assigns whatever number there is → available for longest": inventory.asked({ take: set({ areaCode: null }) }),
    "forgets which of a tenant's numbers is its default → default before its others": inventory.answered({
      list: (numbers) => numbers.toSorted((one, other) => Number(one.isDefault) - Number(other.isDefault))
    }),
    "lets texts that wait leave from a number that was replaced → put another number": inventory.after({
      reassign: (now, was) => ({ ...now, sends: was.sends })
    }),
    "has a number answer that was replaced → what answers for a number": inventory.answered({
      reached: (_on, all, digits) =>
        HashMap.toValues(all.numbers)
          .filter(({ number }) => digits.includes(number))
          .map((number) => ({ number: number.number, on: InventoryNumber.tenantNumber(number) }))
          .flatMap(({ number, on }) => (on === null ? [] : [{ number, on }]))
    }),
    "ends a quarantine at once → whose time has come": inventory.answered({
      ended: (answer, { numbers }) => ({
        ...answer,
        numbers: HashMap.toValues(numbers).filter(({ status }) => status === "quarantined")
      })
    }),
    "answers everybody anew who tries an unassigned number → count who tries an unassigned number": inventory.answered({
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
