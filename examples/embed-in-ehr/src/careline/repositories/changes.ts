/** Carries out what the rules decided. */
import type { Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import type { Services } from "../../ehr/services.ts"
import { saveConsents } from "./consents.ts"
import { saveThreads } from "./externalThreads.ts"
import { addMessages } from "./messages.ts"
import { queueTexts } from "./outboundTexts.ts"
import { applyToAlarm } from "./timers.ts"
import { wake } from "./wakes.ts"

export const changes =
  ({ jobs }: Services): Repositories<Queryable>["changes"] =>
  (db) => ({
    apply: async (changes) => {
      // Threads first, to which everything else refers; then what texts carry.
      const threads = changes.flatMap((change) => (change._tag === "ThreadSaved" ? [change.thread] : []))
      const messages = changes.flatMap((change) => (change._tag === "MessageAdded" ? [change.message] : []))
      const consents = changes.flatMap((change) => (change._tag === "ConsentChanged" ? [change.consent] : []))
      const texts = changes.flatMap((change) => (change._tag === "SendQueued" ? [change.send] : []))
      await saveThreads(db, threads)
      await addMessages(db, messages)
      await saveConsents(db, consents)
      for (const change of changes) await applyToAlarm(db, change)
      await queueTexts(db, texts)
      if (texts.length > 0) await wake(db, jobs, "careline.dispatchSends")
      if (texts.some(({ lane }) => lane === 0)) await wake(db, jobs, "careline.dispatchAlarms")
      if (texts.some(({ lane }) => lane === 1)) await wake(db, jobs, "careline.dispatchConversation")
    }
  })
