/** Reads whether contacts may be texted. Writing goes through `Changes`. */
import type { Consent, Contact, Tenant } from "@careline/domain"
import { Context, type Effect } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** Who may be texted. */
export class Consents extends Context.Service<
  Consents,
  {
    /** The recorded consents among the keys. What is not recorded is left out. */
    readonly load: (
      keys: ReadonlyArray<{ readonly siteGroupingId: Tenant; readonly contact: Contact.Contact }>
    ) => Effect.Effect<ReadonlyArray<Consent.Consent>, StorageError>
  }
>()("careline/ports/Consents") {}
