/** Links to a thread in the user interface. The host or the EHR provides them. */
import type { ThreadId } from "@careline/domain"
import { Context } from "effect"

export interface DeepLinksShape {
  readonly thread: (id: ThreadId) => string
}

export const DeepLinks: Context.Reference<DeepLinksShape> = Context.Reference("careline/application/DeepLinks", {
  defaultValue: () => ({ thread: (id: ThreadId) => `careline:threads/${id}` })
})
