/** What Twilio answers to STOP, START and HELP. It blocks a pair of numbers. */
import type { KeywordHandling } from "../core/OptOuts.ts"

export const keywordHandling: KeywordHandling = {
  words: {
    STOP: new Set(["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"]),
    START: new Set(["START", "YES", "UNSTOP"]),
    HELP: new Set(["HELP", "INFO"])
  },
  replies: {
    STOP: "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.",
    START:
      "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe.",
    HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
  }
}

/** What Twilio blocks by. */
export const pairOf = (contact: string, number: string): string => `${contact} ${number}`
