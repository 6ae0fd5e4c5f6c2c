/** A reaction as a message carries it, to be shown beside the message that it is about. */
import { Schema } from "effect"
import { MessageId } from "../shared/Ids.ts"

export const MessageReaction = Schema.Struct({
  emoji: Schema.String,
  /** Whether it is taken back. */
  isRemoved: Schema.Boolean,
  /** The message that it is about, where one is found. */
  messageId: Schema.NullOr(MessageId)
})
export type MessageReaction = typeof MessageReaction.Type
