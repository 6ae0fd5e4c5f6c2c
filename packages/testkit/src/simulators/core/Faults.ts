/** What is made to happen, for the next requests, reports and webhooks or until taken back. */
import type { Reporting, RequestFault, Signing } from "./Scenario.ts"

/** A fault for the next so many, in their order, and one for all others. */
class FaultQueue<Fault extends string> {
  private readonly pending: Array<Fault> = []
  private standing: Fault | undefined

  push(fault: Fault, times: number): void {
    for (let count = 0; count < times; count++) this.pending.push(fault)
  }

  always(fault: Fault | null): void {
    this.standing = fault ?? undefined
  }

  take(): Fault | undefined {
    return this.pending.shift() ?? this.standing
  }

  clear(): void {
    this.pending.length = 0
    this.standing = undefined
  }
}

export class Faults {
  private readonly sends = new FaultQueue<RequestFault>()
  private readonly reads = new FaultQueue<RequestFault>()
  private readonly signings = new FaultQueue<Signing>()
  private readonly reports = new Map<Reporting, number>()
  private readonly everyReport = new Set<Reporting>()
  private readonly someReport = new Map<Reporting, () => boolean>()
  /** Fields that every webhook carries beside the documented ones. */
  readonly unknownParameters: Record<string, string> = {}

  /** The next `times` sends go this way. */
  onSend(fault: RequestFault, times = 1): void {
    this.sends.push(fault, times)
  }

  /** The next `times` requests for one message or a list of them go this way. */
  onRead(fault: RequestFault, times = 1): void {
    this.reads.push(fault, times)
  }

  /** Every send goes this way that no `onSend` is meant for, until `null`. */
  everySend(fault: RequestFault | null): void {
    this.sends.always(fault)
  }

  everyRead(fault: RequestFault | null): void {
    this.reads.always(fault)
  }

  /** The next `times` webhooks are signed this way. */
  onSigning(signing: Signing, times = 1): void {
    this.signings.push(signing, times)
  }

  everySigning(signing: Signing | null): void {
    this.signings.always(signing)
  }

  /** The reports on the next `times` texts go this way. `lostStatuses` and `duplicateWebhook` count reports instead. */
  onReports(reporting: Reporting, times = 1): void {
    this.reports.set(reporting, (this.reports.get(reporting) ?? 0) + times)
  }

  allReports(reporting: Reporting, standing = true): void {
    if (standing) this.everyReport.add(reporting)
    else this.everyReport.delete(reporting)
  }

  /** The reports that `draw` says so of go this way. */
  someReports(reporting: Reporting, draw: () => boolean): void {
    this.someReport.set(reporting, draw)
  }

  takeSend(): RequestFault | undefined {
    return this.sends.take()
  }

  takeRead(): RequestFault | undefined {
    return this.reads.take()
  }

  takeSigning(): Signing | undefined {
    return this.signings.take()
  }

  takeReports(reporting: Reporting): boolean {
    const left = this.reports.get(reporting) ?? 0
    if (left === 0) return this.everyReport.has(reporting) || this.someReport.get(reporting)?.() === true
    this.reports.set(reporting, left - 1)
    return true
  }

  /** Nothing goes wrong from now on. */
  clear(): void {
    this.sends.clear()
    this.reads.clear()
    this.signings.clear()
    this.reports.clear()
    this.everyReport.clear()
    this.someReport.clear()
    for (const name of Object.keys(this.unknownParameters)) delete this.unknownParameters[name]
  }
}
