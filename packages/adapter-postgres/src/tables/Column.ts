/**
 * Columns by their SQL type: what of the model one holds, and whether that is encrypted. A column of text, JSON or an array may
 * hold what a contact says or how they are reached, and so is declared `plain`, `encrypted` or `indexed`.
 */
import type { Tenant } from "@careline/domain"
import type { DateTime } from "effect"
import { instant, iso, tenantColumn, tenantOf } from "../sql/rows.ts"

/** A column for fields of type `A`, or of a narrower one. */
export interface Column<in A> {
  readonly name: string
  readonly type: string
  /** `indexed`: equal values look equal, and rows are looked up by them. */
  readonly kept: "plain" | "encrypted" | "indexed"
  /** The value as JSON of a record set. */
  readonly encode: (value: A) => unknown
  /** The value of what the driver reads, which is not null. */
  readonly decode: (stored: never) => unknown
}

const asItIs = (value: unknown): unknown => value

const make =
  <A>(
    type: string,
    { decode = asItIs, encode = asItIs, kept = "plain" }: Partial<Pick<Column<A>, "decode" | "encode" | "kept">> = {}
  ) =>
  (name: string): Column<A> => ({ name, type, kept, encode, decode })

export const uuid = make<string | null>("uuid")
export const boolean = make<boolean | null>("boolean")
export const smallint = make<number | null>("smallint")
export const integer = make<number | null>("integer")
export const bigint = make<number | null>("bigint", { decode: Number })
export const timestamptz = make<DateTime.Utc | null>("timestamptz", { encode: iso, decode: instant })

/** A decimal as it is written, without the zeros that the column pads it with. */
export const numeric = make<string | null>("numeric", {
  decode: (padded: string) => padded.replace(/\.?0+$/, "")
})

/** Whose the row is. */
export const tenant = make<Tenant>("text", { encode: tenantColumn, decode: tenantOf })("site_grouping_id")

const withText = (kept: Column<never>["kept"]) => ({
  text: make<string | null>("text", { kept }),
  texts: make<ReadonlyArray<string>>("text[]", { kept }),
  json: make<object | null>("jsonb", { kept })
})

/** Holds nothing of what a contact says or is reached by: ids, states, names of ours, digests. */
export const plain = withText("plain")
/** Encrypted for its row. */
export const encrypted = withText("encrypted")
/** Encrypted alike wherever it stands, so that rows are found and joined by it. */
export const indexed = make<string | null>("text", { kept: "indexed" })
