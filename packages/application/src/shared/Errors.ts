/** What a use case may refuse, as tagged errors that a host maps to its own protocol. */
import { BridgeRequest, Send, SendPolicy } from "@careline/domain"
import { DateTime, Schema } from "effect"

/** There is no such thing within what the actor may see. Says no more, whoever else has it. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {
  entity: Schema.Literals([
    "thread",
    "message",
    "call",
    "phoneNumber",
    "pendingAssignment",
    "siteGrouping",
    "template",
    "notification",
    "provider",
    "media",
    "breakGlass",
    "event",
    "patient",
    "facility",
    "user"
  ])
}) {
  override get message(): string {
    return `No such ${this.entity}`
  }
}

/** The send policy says no. */
export class SendRefused extends Schema.TaggedError<SendRefused>()("SendRefused", {
  reason: SendPolicy.RefusalReason
}) {
  override get message(): string {
    return SendPolicy.explain(this.reason)
  }
}

/** The send policy says not before `until`. */
export class SendHeld extends Schema.TaggedError<SendHeld>()("SendHeld", {
  reason: Schema.Literals(["quiet_hours"]),
  until: Schema.DateTimeUtc
}) {
  override get message(): string {
    return "It is quiet hours where the contact is"
  }
}

/** The text is not one that a person has to decide about. */
export class NotUndecided extends Schema.TaggedError<NotUndecided>()("NotUndecided", {
  reason: Send.Undecidable
}) {
  override get message(): string {
    return this.reason === "still_looking"
      ? "The text is on its way, or being looked for"
      : "What became of the text is known"
  }
}

/**
 * A tenant does not get the number. `not_yours`: the provider does not have it for us, or somebody else has it; which of both is
 * not said. `cannot_tell`: the provider could not be asked; a system administrator may add it.
 */
export class NumberRefused extends Schema.TaggedError<NumberRefused>()("NumberRefused", {
  reason: Schema.Literals(["not_yours", "cannot_tell"])
}) {
  override get message(): string {
    return this.reason === "not_yours"
      ? "The number is none that may be added here"
      : "The provider cannot say whether the number is ours"
  }
}

/** The thread has no number to answer from, and its tenant has no default. */
export class NoSenderNumber extends Schema.TaggedError<NoSenderNumber>()("NoSenderNumber", {
  message: Schema.String
}) {}

/** The number that the contact knows is out of service, and no other one may stand in for it. */
export class NumberSuspended extends Schema.TaggedError<NumberSuspended>()("NumberSuspended", {
  phoneNumberId: Schema.String
}) {
  override get message(): string {
    return (
      "The number that the contact knows is suspended. An administrator may put it into service, move the thread to " +
      "another number, or let others stand in for suspended ones (suspendedNumberFallback)"
    )
  }
}

/** A user has as many uploads waiting for a message as they may. */
export class TooManyUploads extends Schema.TaggedError<TooManyUploads>()("TooManyUploads", {
  uploads: Schema.Int,
  bytes: Schema.Int
}) {
  override get message(): string {
    return `${this.uploads} files, or ${this.bytes} bytes, may wait for a message. Send what waits, or wait for a day`
  }
}

/** So many texts wait to leave from one number that another one would wait for long. */
export class NumberOverused extends Schema.TaggedError<NumberOverused>()("NumberOverused", {
  number: Schema.String,
  waiting: Schema.Int,
  /** Texts a second that leave from it, `null` where nothing limits them here. */
  perSecond: Schema.NullOr(Schema.Finite)
}) {
  override get message(): string {
    const rate = this.perSecond === null ? "" : ` and ${this.perSecond} leave in a second`
    return `${this.waiting} texts wait to leave from ${this.number}${rate}. Send from another number, or later`
  }
}

/** The same idempotency key came with another request. */
export class IdempotencyMismatch extends Schema.TaggedError<IdempotencyMismatch>()("IdempotencyMismatch", {
  message: Schema.String
}) {}

/** The contact has an open thread already. */
export class ThreadExists extends Schema.TaggedError<ThreadExists>()("ThreadExists", {
  threadId: Schema.String
}) {
  override get message(): string {
    return "The contact has an open thread already"
  }
}

/** The pool has no number of that kind, and none is bought. */
export class PoolEmpty extends Schema.TaggedError<PoolEmpty>()("PoolEmpty", {
  areaCode: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    return this.areaCode === null
      ? "There is no number in the pool"
      : `There is no number of the area code ${this.areaCode} in the pool`
  }
}

/** The tenant has a number in service, and the request does not ask for an additional one. */
export class NumberHeld extends Schema.TaggedError<NumberHeld>()("NumberHeld", {
  /** The number that it has. */
  phoneNumberId: Schema.String
}) {
  override get message(): string {
    return "The site grouping has a number of another area code. Ask for an additional one, or replace it"
  }
}

/** The tenant waits for another number already; one after the other is bought for it. */
export class AssignmentPending extends Schema.TaggedError<AssignmentPending>()("AssignmentPending", {
  /** What it waits for. */
  pendingAssignmentId: Schema.String
}) {
  override get message(): string {
    return "The site grouping waits for another number: let it come, or end the pending assignment"
  }
}

/** What was waited for is assigned. */
export class AssignmentMet extends Schema.TaggedError<AssignmentMet>()("AssignmentMet", {
  phoneNumberId: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    return "The number is assigned by now; it is given up like any other"
  }
}

/** The pool has no number of that kind, and none can be bought as this host is configured. */
export class NumberNotForSale extends Schema.TaggedError<NumberNotForSale>()("NumberNotForSale", {
  reason: Schema.Literals(["no_price", "currency", "no_trunk"])
}) {
  override get message(): string {
    switch (this.reason) {
      case "no_price":
        return "Nobody says what a number costs, so none is bought"
      case "currency":
        return "Numbers are priced in another currency than the budget, so none is bought"
      case "no_trunk":
        return "The provider has no trunk that numbers for a voice agent are attached to"
    }
  }
}

/** The number is ours, and was given up or retired: it is added to nobody while it rests. */
export class NumberRests extends Schema.TaggedError<NumberRests>()("NumberRests", {
  /** When it may be assigned again; `null`: never, unless that is undone. */
  until: Schema.NullOr(Schema.DateTimeUtc)
}) {
  override get message(): string {
    return this.until === null
      ? "The number is retired"
      : `The number rests until ${DateTime.formatIso(this.until)}, and is in the pool from then on`
  }
}

/** What was done last to the number cannot be undone. */
export class NothingToUndo extends Schema.TaggedError<NothingToUndo>()("NothingToUndo", {
  reason: Schema.Literals(["not_yours_or_too_late", "in_use", "under_way", "other_action"])
}) {
  override get message(): string {
    switch (this.reason) {
      case "not_yours_or_too_late":
        return "Only who did the last thing to the number may undo it, and not for long"
      case "in_use":
        return "The number is in use: delete it instead"
      case "under_way":
        return "The provider was asked to take the number back"
      case "other_action":
        return "Only that a number was added, given up, retired or released can be undone"
    }
  }
}

/** The store behind this line keeps no pool of numbers. */
export class NoNumberPool extends Schema.TaggedError<NoNumberPool>()("NoNumberPool", {}) {
  override get message(): string {
    return "The store keeps no pool of numbers"
  }
}

/** Something in the request does not fit together or does not exist. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", {
  field: Schema.String,
  message: Schema.String
}) {}

/** The line is switched off, or the number that would be called is not one to call. */
export class CallRefused extends Schema.TaggedError<CallRefused>()("CallRefused", {
  reason: Schema.Union([BridgeRequest.RefusalReason, Schema.Literals(["voip_disabled", "ringing"])])
}) {
  override get message(): string {
    switch (this.reason) {
      case "voip_disabled":
        return "The line is switched off"
      case "ringing":
        return "The phone is being called already"
      default:
        return new BridgeRequest.DestinationRefused({ reason: this.reason }).message
    }
  }
}

/** A user has had as many callbacks as they may in a while. */
export class TooManyCallbacks extends Schema.TaggedError<TooManyCallbacks>()("TooManyCallbacks", {
  atMost: Schema.Int,
  /** When the next one may be asked for. */
  retryAfterMillis: Schema.Finite
}) {
  override get message(): string {
    return `A phone is called back ${this.atMost} times for one user, and not more for a while`
  }
}

/** A user has broken as many glasses as they may in a while. */
export class TooManyBreakGlasses extends Schema.TaggedError<TooManyBreakGlasses>()("TooManyBreakGlasses", {
  atMost: Schema.Int,
  /** When the next one may be broken, at the latest. */
  retryAfterMillis: Schema.Finite
}) {
  override get message(): string {
    return `One user breaks ${this.atMost} glasses, and not more for a while`
  }
}

/** The provider did not take the call. `isRetryable` when it may take it later. */
export class CallNotPlaced extends Schema.TaggedError<CallNotPlaced>()("CallNotPlaced", {
  reason: Schema.String,
  isRetryable: Schema.Boolean
}) {
  override get message(): string {
    return "The provider did not take the call"
  }
}

/** The host does not let anybody break the glass. */
export class BreakGlassOff extends Schema.TaggedError<BreakGlassOff>()("BreakGlassOff", {}) {
  override get message(): string {
    return "Access in an emergency is switched off here"
  }
}

/** The access in an emergency that was named is over, or was never this user's. */
export class BreakGlassOver extends Schema.TaggedError<BreakGlassOver>()("BreakGlassOver", {}) {
  override get message(): string {
    return "The access in an emergency is over"
  }
}

/** Intake is full: the provider has to come back. */
export class IntakeOverloaded extends Schema.TaggedError<IntakeOverloaded>()("IntakeOverloaded", {
  message: Schema.String
}) {}
