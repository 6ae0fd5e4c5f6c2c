/**
 * What Careline answers to STOP, START and HELP where the provider does not: a confirmation, or who this is and how to stop (CTIA
 * Messaging Principles 5.1.3; 47 CFR 64.1200(a)(12) for the one text after an opt-out).
 */
import type { Keyword } from "../contacts/Consent.ts"
import type { MessageClass } from "../messages/MessageClass.ts"
import * as PhoneNumber from "../contacts/PhoneNumber.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"

export interface KeywordAnswer {
  readonly kind: "opt_out_confirmation" | "opt_in_confirmation" | "help"
  readonly messageClass: MessageClass
  readonly content: string
}

/** The answer of a clinic, by its name where it has one. */
export const of = (keyword: Keyword, clinic: string | null, on: Pick<TenantNumber, "number">): KeywordAnswer => {
  const sender = clinic ?? "Your care team"
  switch (keyword) {
    case "opt_out":
      return {
        kind: "opt_out_confirmation",
        messageClass: "opt_out_confirmation",
        content: "You are opted out and will receive no further texts from this number. Reply START to opt in."
      }
    case "opt_in":
      return {
        kind: "opt_in_confirmation",
        messageClass: "keyword_answer",
        content: `${sender}: you will receive texts from this number again. Reply HELP for help, STOP to opt out.`
      }
    case "help": {
      const number = PhoneNumber.display(on.number)
      const words = `${sender}: call or text ${number} to reach us. In an emergency call 911. Reply STOP to opt out.`
      return { kind: "help", messageClass: "keyword_answer", content: words }
    }
  }
}
