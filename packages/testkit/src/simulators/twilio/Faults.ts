/** What can be made to go wrong, for the next requests or until taken back. */

/** `…After`: the message was taken, and nobody hears of it. On a read that is the same as without. */
export const faultNames = [
  /** 429 with `Retry-After`, and without. */
  "rateLimited",
  "rateLimitedBare",
  "unauthorised",
  "serverError",
  "unavailable",
  "badGateway",
  "redirect",
  "hang",
  "reset",
  "serverErrorAfter",
  "hangAfter",
  "resetAfter",
  /** A 2xx whose body is no JSON; one whose body is JSON and says nothing; one whose body comes byte by byte, for ever. */
  "garbageAfter",
  "emptyAfter",
  "slowAfter"
] as const
export type SendFault = (typeof faultNames)[number]

export const callbackFaultNames = ["lost", "duplicated", "reordered"] as const
export type CallbackFault = (typeof callbackFaultNames)[number]

/** On status callbacks, until taken back. `reordered`: the last status first. */
export type CallbackFaults = Record<CallbackFault, boolean>

class FaultQueue {
  private readonly pending: Array<SendFault> = []
  private standing: SendFault | undefined

  push(fault: SendFault, times: number): void {
    for (let count = 0; count < times; count++) this.pending.push(fault)
  }

  always(fault: SendFault | null): void {
    this.standing = fault ?? undefined
  }

  take(): SendFault | undefined {
    return this.pending.shift() ?? this.standing
  }

  clear(): void {
    this.pending.length = 0
    this.standing = undefined
  }
}

export class Faults {
  private readonly sends = new FaultQueue()
  private readonly reads = new FaultQueue()
  private readonly nextCallbacks: Record<CallbackFault, number> = { lost: 0, duplicated: 0, reordered: 0 }
  readonly callbacks: CallbackFaults = { lost: false, duplicated: false, reordered: false }
  /** Parameters that every webhook carries beside the documented ones. */
  readonly extraParameters: Record<string, string> = {}

  /** The next `times` sends fail this way. */
  onSend(fault: SendFault, times = 1): void {
    this.sends.push(fault, times)
  }

  /** The next `times` requests for one message or a list of them fail this way. */
  onRead(fault: SendFault, times = 1): void {
    this.reads.push(fault, times)
  }

  /** Every send fails this way that no `onSend` is meant for, until `null`. */
  everySend(fault: SendFault | null): void {
    this.sends.always(fault)
  }

  everyRead(fault: SendFault | null): void {
    this.reads.always(fault)
  }

  /** The next `times` status callbacks are lost or doubled; `reordered` counts messages. */
  onCallback(fault: CallbackFault, times = 1): void {
    this.nextCallbacks[fault] += times
  }

  takeSend(): SendFault | undefined {
    return this.sends.take()
  }

  takeRead(): SendFault | undefined {
    return this.reads.take()
  }

  takeCallback(fault: CallbackFault): boolean {
    if (this.nextCallbacks[fault] === 0) return this.callbacks[fault]
    this.nextCallbacks[fault]--
    return true
  }

  /** Nothing goes wrong from now on. */
  clear(): void {
    this.sends.clear()
    this.reads.clear()
    for (const fault of callbackFaultNames) {
      this.callbacks[fault] = false
      this.nextCallbacks[fault] = 0
    }
    for (const name of Object.keys(this.extraParameters)) delete this.extraParameters[name]
  }
}
