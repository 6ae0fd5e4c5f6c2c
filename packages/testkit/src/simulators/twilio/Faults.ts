/** What can be made to go wrong. */

/** On the next request that would send a message. `After`: the message was taken, and nobody hears of it. */
export type SendFault =
  | "rateLimited"
  | "unauthorised"
  | "serverError"
  | "serverErrorAfter"
  | "badGateway"
  | "redirect"
  | "hang"
  | "hangAfter"
  | "resetAfter"
  | "garbageAfter"

/** On status callbacks, until taken back. */
export interface CallbackFaults {
  lost: boolean
  duplicated: boolean
  /** The last status first. */
  reordered: boolean
}

export class Faults {
  private readonly pending: Array<SendFault> = []
  readonly callbacks: CallbackFaults = { lost: false, duplicated: false, reordered: false }
  /** Parameters that every webhook carries beside the documented ones. */
  readonly extraParameters: Record<string, string> = {}

  /** The next `times` sends fail this way. */
  onSend(fault: SendFault, times = 1): void {
    for (let count = 0; count < times; count++) this.pending.push(fault)
  }

  take(): SendFault | undefined {
    return this.pending.shift()
  }
}
