/** A stretch of a list, and where the next one begins. Cursors are opaque and belong to the query that gave them. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
}

/** How much of a list, and from where on. */
export interface PageRequest {
  /** At most so many items, 1 to 200. */
  readonly limit: number
  readonly cursor: string | null
}
