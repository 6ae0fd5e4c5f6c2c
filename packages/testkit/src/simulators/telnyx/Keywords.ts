/** What Telnyx answers to STOP, START and HELP. It blocks a contact for the whole messaging profile. */
import type { KeywordHandling } from "../core/OptOuts.ts"

export const keywordHandling: KeywordHandling = {
  words: {
    STOP: new Set(["STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"]),
    START: new Set(["START", "UNSTOP"]),
    HELP: new Set(["HELP", "INFO"])
  },
  replies: {
    STOP: "You have been unsubscribed from this number and will receive no further messages. Reply START to resubscribe.",
    START: "You have been resubscribed to this number. Reply STOP to unsubscribe.",
    HELP: "Reply STOP to unsubscribe. Message and data rates may apply."
  }
}
