/** What a line needs beside `StoragePorts` to look after its numbers itself. A line whose numbers somebody else looks after does without. */
import type { NumberInventory } from "./NumberInventory.ts"
import type { NumberOrders } from "./NumberOrders.ts"
import type { SiteGroupings } from "../tenants/SiteGroupings.ts"

/** The ports that keep tenants and numbers, in the same store as `StoragePorts`, because one transaction spans them all. */
export type NumberStoragePorts = NumberInventory | NumberOrders | SiteGroupings
