/**
 * What the line needs to know of tenants' numbers: the one part of the inventory that a backend with a table of its own for its
 * numbers implements. Where there is a `NumberInventory`, `TenantNumbers.layerFromInventory` derives it.
 */
import { InventoryNumber, type PhoneNumber } from "@careline/domain"
import { Context, Effect, Layer } from "effect"
import { NumberInventory, type NumberTaken } from "./NumberInventory.ts"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

type TenantNumber = InventoryNumber.TenantNumber

const ofTenants = (numbers: ReadonlyArray<InventoryNumber.InventoryNumber>): ReadonlyArray<TenantNumber> =>
  numbers.flatMap((number) => InventoryNumber.tenantNumber(number) ?? [])

/** The numbers of all tenants. */
export class TenantNumbers extends Context.Service<
  TenantNumbers,
  {
    /** The numbers of exactly these tenants, a tenant's default before its others, and those the oldest first. */
    readonly list: (scope: TenantScope) => Effect.Effect<ReadonlyArray<TenantNumber>, StorageError>
    /** Those of the given digits that are a tenant's, whoever's. */
    readonly byNumbers: (
      numbers: ReadonlyArray<PhoneNumber.E164>
    ) => Effect.Effect<ReadonlyArray<TenantNumber>, StorageError>
    /** Adds a number that is not known yet. */
    readonly add: (number: TenantNumber) => Effect.Effect<void, StorageError | NumberTaken>
  }
>()("careline/ports/TenantNumbers") {
  /** The tenants' numbers of an inventory. */
  static readonly layerFromInventory: Layer.Layer<TenantNumbers, never, NumberInventory> = Layer.effect(
    TenantNumbers,
    Effect.map(NumberInventory, (inventory) =>
      TenantNumbers.of({
        list: (scope) => Effect.map(inventory.list(scope), ofTenants),
        byNumbers: (numbers) => Effect.map(inventory.byNumbers(numbers), ofTenants),
        add: (number) => inventory.add(InventoryNumber.entered(number))
      })
    )
  )
}
