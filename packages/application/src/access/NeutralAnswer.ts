/** Answers whoever reaches a number that no tenant has, without a word about who had it. */
import { type CallPlan, Language } from "@careline/domain"
import { Context } from "effect"

export interface NeutralAnswerShape {
  /** To a text, once for each contact and number. `null`: none. */
  readonly text: string | null
  /** To a call, spoken in American English; then the line hangs up. */
  readonly spoken: string
}

export const NeutralAnswer: Context.Reference<NeutralAnswerShape> = Context.Reference(
  "careline/application/NeutralAnswer",
  {
    defaultValue: (): NeutralAnswerShape => ({
      text: "This number is not in service. Nobody has received your message.",
      spoken: "This number is not in service. Goodbye."
    })
  }
)

/** A call that is over after these words. */
export const hangUp = (text?: string): CallPlan.CallPlan => ({
  _tag: "Hangup",
  say: text === undefined ? [] : [{ _tag: "Say", text, language: Language.make("en-US") }]
})
