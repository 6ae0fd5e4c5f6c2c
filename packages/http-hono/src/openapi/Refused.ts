/** Records refused requests: 401, 403 and 429 of whoever asks, and the 404 that a known user gets for what is not theirs. */
import { auditRefusal, noteRefusal } from "@careline/application"
import type { AuditLog, Transaction } from "@careline/ports"
import { type Cause, Effect } from "effect"
import type { Context, MiddlewareHandler } from "hono"
import type { Caller } from "../auth/Auth.ts"
import { clientAddress } from "../http/ClientAddress.ts"
import type { HostRuntime } from "../http/HostRuntime.ts"
import { ofCause } from "../http/Problem.ts"
import { requestIdOf } from "../http/RequestId.ts"

const KEY = "asked"
const REFUSED: ReadonlySet<number> = new Set([401, 403, 429])
const UNKNOWN = "unknown"

/** What a request asks for, and who asks once that is known. */
interface Asked {
  readonly operation: string
  caller: Caller | null
}

/** Notes what a request asks for. Returns what notes who asks. */
export const asking = (context: Context, operation: string): ((caller: Caller) => void) => {
  const asked: Asked = { operation, caller: null }
  context.set(KEY, asked)
  return (caller) => void (asked.caller = caller)
}

const askedOf = (context: Context): Asked | undefined => context.get(KEY) as Asked | undefined

const isRefusal = (status: number, caller: Caller | null): boolean =>
  REFUSED.has(status) || (status === 404 && caller !== null)

/** Counts and logs what the routes behind it refuse. `proxies` stand before the host. */
export const noteRefusals =
  (runtime: HostRuntime<never>, proxies: number): MiddlewareHandler =>
  async (context, next) => {
    await next()
    const { status } = context.res
    const { caller, operation } = askedOf(context) ?? { caller: null, operation: UNKNOWN }
    if (!isRefusal(status, caller)) return
    await runtime.runPromiseExit(
      noteRefusal({
        operation,
        status,
        user: caller?.userId ?? null,
        address: clientAddress(context, proxies),
        detail: { requestId: requestIdOf(context) }
      })
    )
  }

/** For what gives patient data: the audit log has it as well when a known user is refused. */
export const audited = <A, E, R>(
  context: Context,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | AuditLog | Transaction> =>
  Effect.tapCause(effect, (cause: Cause.Cause<E>) => {
    const { status } = ofCause(cause)
    const asked = askedOf(context)
    return asked?.caller != null && (status === 403 || status === 404)
      ? auditRefusal(asked.caller, asked.operation, status)
      : Effect.void
  })
