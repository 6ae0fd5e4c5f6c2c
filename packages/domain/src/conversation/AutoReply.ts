/**
 * The one automatic answer of a thread.
 *
 * At most once per thread, and never to a keyword (the provider or the law answers those), to what may be a wish to opt out (a
 * person does) unless it may be a call for help as well, to a sender that nobody reads (short code, alphanumeric), or to somebody who opted out.
 */
import type { DateTime } from "effect"
import type { Consent } from "../contacts/Consent.ts"
import * as ConsentRule from "../contacts/Consent.ts"
import * as Contact from "../contacts/Contact.ts"
import type { Thread } from "../threads/Thread.ts"
import type { VoipSettings } from "../settings/VoipSettings.ts"

/** The answer to an inbound text, or `null` for none. */
export const decide = (
  thread: Pick<Thread, "externalContact" | "autoRepliedAt">,
  text: string,
  consent: Pick<Consent, "status">,
  settings: Pick<VoipSettings, "voipEnabled" | "autoReplyMessage">
): string | null =>
  thread.autoRepliedAt === null &&
  settings.voipEnabled &&
  settings.autoReplyMessage !== null &&
  consent.status !== "opted_out" &&
  ConsentRule.keyword(text) === null &&
  (!ConsentRule.mayMeanOptOut(text) || ConsentRule.mayMeanDistress(text)) &&
  Contact.canBeTexted(thread.externalContact)
    ? settings.autoReplyMessage
    : null

/** The thread once its answer is queued. */
export const mark = (thread: Thread, at: DateTime.Utc): Thread => ({ ...thread, autoRepliedAt: at })
