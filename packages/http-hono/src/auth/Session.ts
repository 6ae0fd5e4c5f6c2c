/**
 * How long a login lasts: until its token expires, and, for a token that this host issued, until nothing was asked with it
 * for a while (45 CFR 164.312(a)(2)(iii), automatic logoff). What streams ends with it.
 */
import { Clock, Effect } from "effect"

export interface Session {
  /** Completes when the login is over. */
  readonly ended: Effect.Effect<void>
}

/** A token as it was verified; times in milliseconds since 1970. */
export interface Login {
  readonly id: string | null
  readonly issuedAt: number | null
  readonly expiresAt: number
  /** How long it may stay unused; `null` for a token that somebody else issued, and renews. */
  readonly idleMillis: number | null
}

/** The logins of this process: when each of those that may not stay unused was used last. */
export const makeSessions = () => {
  const lastUsed = new Map<string, number>()

  const endOf = ({ expiresAt, id, idleMillis, issuedAt }: Login): number =>
    idleMillis === null || id === null
      ? expiresAt
      : Math.min(expiresAt, (lastUsed.get(id) ?? issuedAt ?? 0) + idleMillis)

  const forget = (now: number, idleMillis: number): void => {
    for (const [id, at] of lastUsed) if (now - at > idleMillis) lastUsed.delete(id)
  }

  const ended = (login: Login): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      now >= endOf(login)
        ? Effect.void
        : Effect.andThen(
            Effect.sleep(endOf(login) - now),
            Effect.suspend(() => ended(login))
          )
    )

  return {
    /** Uses a login, if it is not over: `null` when it is. */
    use: (login: Login): Effect.Effect<Session | null> =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (now >= endOf(login)) return null
        if (login.id !== null && login.idleMillis !== null) {
          forget(now, login.idleMillis)
          lastUsed.set(login.id, now)
        }
        return { ended: ended(login) }
      })
  }
}
