import { IdGenerator } from "@careline/ports"
import { Effect, Layer, Ref } from "effect"

/**
 * Counts, as the bigint keys of an EHR do: what takes ids for UUIDs, or one kind's id for another's, shows. Like a
 * database sequence, it does not go back with a transaction.
 */
export const layer: Layer.Layer<IdGenerator> = Layer.effect(
  IdGenerator,
  Effect.map(Ref.make(0), (last) =>
    IdGenerator.of({
      next: (_kind, count) =>
        Ref.modify(last, (before) => [
          Array.from({ length: count }, (_, index) => String(before + index + 1)),
          before + count
        ])
    })
  )
)
