/** What the thread says of a call that staff made, once it is over. */
import * as Call from "./Call.ts"

const SECONDS = 60

const lengthOf = (seconds: number): string =>
  seconds < SECONDS ? `${seconds}s` : `${Math.floor(seconds / SECONDS)}m ${seconds % SECONDS}s`

/** `null` while there is nothing to tell: the call goes on, or never came as far as the contact. */
export const describe = (call: Call.Call): string | null => {
  if (call.purpose !== "bridge" || call.far === null) return null
  const seconds = Call.durationSeconds(call)
  switch (Call.status(call)) {
    case "completed":
      return seconds === null ? "Call ended." : `Call duration: ${lengthOf(seconds)}`
    case "busy":
      return "Call: the line was busy."
    case "no_answer":
      return "Call: nobody answered."
    case "failed":
      return "Call: it could not be put through."
    case "canceled":
      return "Call: canceled before anybody answered."
    default:
      return null
  }
}
