/** What the use cases refuse. */
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
