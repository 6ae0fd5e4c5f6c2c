/** What administrators are told of numbers that their tenants wait for: once for each change, after it has committed. */
import type { PendingAssignment } from "@careline/domain"
import { Context, Effect } from "effect"
import { raiseAlert } from "../access/Alerts.ts"

type News = ReadonlyArray<PendingAssignment.PendingAssignment>

/** What changed in the ambient transaction; `null` where nobody tells of it. */
const Noted = Context.Reference<Array<PendingAssignment.PendingAssignment> | null>("careline/application/PendingNews", {
  defaultValue: () => null
})

/** Has it told once the ambient transaction has committed. */
export const noteNews = (changed: News): Effect.Effect<void> =>
  Effect.map(Noted, (noted) => {
    noted?.push(...changed)
  })

const WORDS = {
  ordering: "The number that a site grouping waits for is ordered",
  waiting: "A site grouping waits for a number that cannot be bought",
  assigned: "A site grouping has the number that it waited for",
  cancelled: "A site grouping waits for no number any more"
} as const

/** `waiting` begins with a reason, anew with another one, and is over once the number is ordered, assigned or waited for no more. */
const tell = ({ id, reason, siteGroupingId, state }: PendingAssignment.PendingAssignment) => {
  const isWaiting = state === "ordering" && reason !== null
  const words = isWaiting ? WORDS.waiting : WORDS[state]
  return raiseAlert(
    {
      subject: "pending_assignment",
      condition: state === "ordering" ? "waiting" : state,
      isOver: !isWaiting,
      detail: { siteGrouping: siteGroupingId, pendingAssignment: id, reason }
    },
    words
  )
}

/** Runs a transaction, and tells of what changed in it. One that fails, and is perhaps run again, has told nothing. */
export const tellingNews = <A, E, R>(transaction: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const noted: Array<PendingAssignment.PendingAssignment> = []
    return transaction.pipe(
      Effect.provideService(Noted, noted),
      Effect.tap(() => Effect.forEach(noted, tell, { discard: true }))
    )
  })
