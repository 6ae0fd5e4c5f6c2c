/**
 * Access in an emergency to a tenant that is not one's own: for a reason, for a while, and seen by those who watch over it.
 * Whoever breaks the glass works there as a clinician does, whatever they are elsewhere.
 */
import { DateTime } from "effect"
import type { BreakGlassId, Tenant, UserId } from "../shared/Ids.ts"

export interface BreakGlass {
  readonly id: BreakGlassId
  /** The tenant that is opened. */
  readonly siteGroupingId: Tenant
  /** Whom it is opened to, and nobody else. */
  readonly userId: UserId
  /** In their own words. May name a patient: it is shown to those who watch, and told to nobody by an alert. */
  readonly reason: string
  readonly openedAt: DateTime.Utc
  readonly expiresAt: DateTime.Utc
  /** When it was given back before its time. */
  readonly closedAt: DateTime.Utc | null
}

/** Whether it lets its user in now. */
export const isOpen = ({ closedAt, expiresAt }: BreakGlass, now: DateTime.Utc): boolean =>
  closedAt === null && DateTime.isLessThan(now, expiresAt)

/** As it is once it is given back. One that is over already stays as it is. */
export const close = (glass: BreakGlass, now: DateTime.Utc): BreakGlass =>
  isOpen(glass, now) ? { ...glass, closedAt: now } : glass
