/** The errors of the use cases. */
export {
  IdempotencyMismatch,
  InvalidRequest,
  NoNumberPool,
  NoSenderNumber,
  NotFound,
  NotUndecided,
  NumberOverused,
  NumberRefused,
  NumberRests,
  NumberSuspended,
  SendHeld,
  SendRefused,
  ThreadExists
} from "@careline/application"
