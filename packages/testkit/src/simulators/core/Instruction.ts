/** What a provider's document tells a call to do, in words of no provider. */

export type Spoken =
  | { readonly _tag: "Say"; readonly language: string; readonly text: string }
  | { readonly _tag: "Play"; readonly url: string }
  | { readonly _tag: "Pause"; readonly seconds: number }

/** `Extra` is what only the provider knows of an instruction: where it reports, for one. */
export type Instruction<Extra> =
  | Spoken
  | {
      readonly _tag: "Gather"
      readonly say: ReadonlyArray<Spoken>
      /** How many keys are waited for; `null`: any number. */
      readonly digits: number | null
      /** The key that ends them early; `""` for none. */
      readonly finishOnKey: string
      readonly timeoutSeconds: number
      /** Where it goes on after the keys. */
      readonly action: string
      /** Whether it goes on there after no key as well. */
      readonly isActionWhenEmpty: boolean
    }
  | {
      readonly _tag: "Record"
      readonly maxSeconds: number
      readonly hasTone: boolean
      /** Whether silence is recorded; otherwise the next instruction follows it. */
      readonly isSilenceKept: boolean
      /** How long silence is waited for, in seconds. */
      readonly timeoutSeconds: number
      /** `null`: the next instruction follows. */
      readonly action: string | null
      readonly extra: Extra
    }
  | {
      readonly _tag: "Connect"
      readonly to: string
      /** What the other side sees, E.164; `null` where the document leaves it to the provider: then it is the caller. */
      readonly callerId: string | null
      readonly ringSeconds: number
      readonly maxSeconds: number
      /** `null`: the next instruction follows. */
      readonly action: string | null
      readonly extra: Extra
    }
  | { readonly _tag: "Go"; readonly to: string }
  | { readonly _tag: "Reject"; readonly reason: "busy" | "rejected" }
  | { readonly _tag: "Hangup" }
