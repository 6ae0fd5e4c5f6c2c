/** Memory stores that keep tenants and numbers with one fault each. */
import { InventoryNumber } from "@careline/domain"
import { Inbox, NumberInventory, NumberOrders, TenantNumbers, Settings, SiteGroupings } from "@careline/ports"
import { Effect, HashMap, Option } from "effect"
import { altered, broken, type BrokenStore } from "./broken.ts"

const INVENTORY = "Number inventory"
const ORDERS = "Number orders"

export const brokenNumberStores: ReadonlyArray<BrokenStore> = [
  broken(
    "puts a site grouping in the place of another",
    "Site groupings",
    "MUST keep a site grouping as it is given, once",
    altered(SiteGroupings, ({ save }) => ({ add: save }))
  ),
  broken(
    "leaves the line of a deactivated tenant on",
    "Site groupings",
    "MUST switch the line of a deactivated tenant off, and on again with it",
    altered(Settings, ({ effective }) => ({
      effective: (tenants) =>
        Effect.map(effective(tenants), (all) => all.map((settings) => ({ ...settings, voipEnabled: true })))
    }))
  ),
  broken(
    "shows who had a number last that is unassigned",
    INVENTORY,
    "MUST show no tenant an unassigned number, and accept no text there",
    altered(TenantNumbers, (_sound, store) => ({
      byNumbers: (digits) =>
        store.read((state) =>
          HashMap.toValues(state.numbers)
            .filter(({ number }) => digits.includes(number))
            .flatMap((number) => {
              const holder = number.holder ?? { siteGroupingId: null }
              return InventoryNumber.tenantNumber({ ...number, holder, status: "assigned" }) ?? []
            })
        )
    }))
  ),
  broken(
    "gives a tenant what came while its number was unassigned",
    INVENTORY,
    "MUST NOT give a tenant what came while its number was unassigned, or before",
    altered(Inbox, ({ admitParked }, store) => ({
      admitParked: (limit) =>
        Effect.andThen(
          store.update((state) => ({
            ...state,
            numbers: HashMap.map(state.numbers, (one) => ({ ...one, acquiredAt: one.assignedAt }))
          })),
          admitParked(limit)
        )
    }))
  ),
  broken(
    "assigns whatever number there is",
    INVENTORY,
    "MUST assign what has been available for longest, of the area code that is asked for",
    altered(NumberInventory, ({ take }) => ({ take: (assignment) => take({ ...assignment, areaCode: null }) }))
  ),
  broken(
    "forgets which of a tenant's numbers is its default",
    INVENTORY,
    "MUST list a tenant's default before its others",
    altered(NumberInventory, ({ list }) => ({
      list: (holder) =>
        Effect.map(list(holder), (numbers) =>
          numbers.toSorted((one, other) => Number(one.isDefault) - Number(other.isDefault))
        )
    }))
  ),
  broken(
    "lets texts that wait leave from a number that was replaced",
    INVENTORY,
    "MUST put another number in the place of one, in threads, in texts that wait, and in chains",
    altered(NumberInventory, ({ reassign }, store) => ({
      reassign: (ids, to, at) =>
        Effect.gen(function* () {
          const sends = yield* store.read((state) => state.sends)
          const threads = yield* reassign(ids, to, at)
          yield* store.update((state) => ({ ...state, sends }))
          return threads
        })
    }))
  ),
  broken(
    "has a number answer that was replaced",
    INVENTORY,
    "MUST tell what answers for a number that was reached: itself, or what took its place",
    altered(NumberInventory, (_sound, store) => ({
      reached: (digits) =>
        store.read((state) =>
          HashMap.toValues(state.numbers).flatMap((number) => {
            const on = digits.includes(number.number) ? InventoryNumber.tenantNumber(number) : null
            return on === null ? [] : [{ number: number.number, on }]
          })
        )
    }))
  ),
  broken(
    "ends a quarantine at once",
    INVENTORY,
    "MUST hand out a number whose time has come, and not before",
    altered(NumberInventory, ({ ended, list }) => ({
      ended: (limit) =>
        Effect.gen(function* () {
          const numbers = (yield* list("unassigned")).filter(({ status }) => status === "quarantined")
          return { ...(yield* ended(limit)), numbers }
        })
    }))
  ),
  broken(
    "answers everybody anew who tries an unassigned number",
    INVENTORY,
    "MUST count who tries an unassigned number, and retire one of the pool in time",
    altered(NumberInventory, ({ noteUnroutedMessage }) => ({
      noteUnroutedMessage: (message) =>
        Effect.map(
          noteUnroutedMessage(message),
          Option.map(() => ({ isFirst: true }))
        )
    }))
  ),
  broken(
    "lets whoever comes back late say how far an order has come",
    ORDERS,
    "MUST keep all of an order, and how far it has come, under its fence only",
    altered(NumberOrders, ({ advance }, store) => ({
      advance: (progress) =>
        Effect.flatMap(
          store.read(({ numberOrders }) => HashMap.get(numberOrders, progress.order.id)),
          (row) => advance({ ...progress, fence: String(Option.getOrUndefined(row)?.fence) })
        )
    }))
  ),
  broken(
    "has two orders of one number",
    ORDERS,
    "MUST have one open order of a number, and another once that is over",
    altered(NumberOrders, ({ add }, store) => ({
      add: (orders) =>
        Effect.andThen(
          store.update((state) => ({ ...state, numberOrders: HashMap.empty() })),
          add(orders)
        )
    }))
  ),
  broken(
    "spends money that it forgot",
    ORDERS,
    "MUST add up what orders cost, and count those that failed",
    altered(NumberOrders, () => ({ spentMicros: () => Effect.succeed(0) }))
  ),
  broken(
    "forgets which numbers were refused",
    ORDERS,
    "MUST know for what numbers orders failed lately, where that was the number's own doing",
    altered(NumberOrders, () => ({ refused: () => Effect.succeed([]) }))
  ),
  broken(
    "has every host look",
    ORDERS,
    "MUST say to one of all hosts, and each time only once, that it is time to look",
    altered(NumberOrders, () => ({ look: () => Effect.succeed(true) }))
  ),
  broken(
    "tells of the same condition each time",
    ORDERS,
    "MUST tell what began and what ended of the pool's conditions",
    altered(NumberOrders, () => ({ note: (conditions) => Effect.succeed({ began: conditions, ended: [] }) }))
  )
]
