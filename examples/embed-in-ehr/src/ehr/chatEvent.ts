/** What happened in a room, and where it stands among all that happened. */
export interface ChatEvent {
  /** `xid-id`: the transaction, and the row. */
  readonly id: string
  readonly room: string
  readonly event: string
  readonly payload: unknown
}

export type Rooms = ReadonlyArray<string> | "all"

export const isEventId = (id: unknown): id is string => typeof id === "string" && /^\d{1,18}-\d{1,18}$/.test(id)

export const isAfter = (one: string, other: string): boolean => {
  const [xid = 0n, id = 0n] = one.split("-").map(BigInt)
  const [otherXid = 0n, otherId = 0n] = other.split("-").map(BigInt)
  return xid > otherXid || (xid === otherXid && id > otherId)
}
