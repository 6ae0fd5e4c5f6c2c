/** Memory stores that revise messages with one fault each. */
import type { Message, MessageId } from "@careline/domain"
import { type MessageRevision, Messages } from "@careline/ports"
import { Effect, HashMap, Option } from "effect"
import { altered, broken, type BrokenStore } from "./broken.ts"

/** A store that makes something else of each message that it revises. */
const misrevising = (
  fault: string,
  noticedBy: string,
  spoil: (revised: Message.Message, before: Message.Message, revision: MessageRevision) => Message.Message
): BrokenStore =>
  broken(
    fault,
    "Messages",
    noticedBy,
    altered(Messages, ({ revise }, store) => ({
      revise: (revisions) =>
        Effect.flatMap(
          store.read(({ messages }) => messages),
          (before) =>
            Effect.andThen(
              revise(revisions),
              store.update((state) => ({
                ...state,
                messages: revisions.reduce(
                  (known, revision) =>
                    HashMap.modify(known, revision.messageId, (message) =>
                      spoil(message, HashMap.getUnsafe(before, revision.messageId), revision)
                    ),
                  state.messages
                )
              }))
            )
        )
    }))
  )

export const brokenRevisions: ReadonlyArray<BrokenStore> = [
  misrevising(
    "forgets what became of a message that it revises",
    "MUST give a revised message its words, transcript and attachments, and change nothing else of it",
    (message) => ({ ...message, deliveryStatus: null })
  ),
  misrevising(
    "adds a revision's attachments to those that there were",
    "MUST put a revision's attachments in the place of those that there were",
    (message, before) => ({ ...message, attachments: [...before.attachments, ...message.attachments] })
  ),
  misrevising(
    "knows of a revised message what the revision says, and nothing else",
    "MUST merge a revision's metadata into what is known",
    (message, _before, { metaData }) => ({ ...message, metaData })
  ),
  broken(
    "revises the first of several messages",
    "Messages",
    "MUST revise several messages at once, each as it is given, and no other",
    altered(Messages, ({ revise }) => ({ revise: (revisions) => revise(revisions.slice(0, 1)) }))
  ),
  broken(
    "revises a message whoever's it is",
    "Messages",
    "MUST revise no message under another tenant, and pass over one that does not exist",
    altered(Messages, ({ revise }, store) => ({
      revise: (revisions) =>
        Effect.flatMap(
          store.read(({ messages }) =>
            revisions.map((one) => ({
              ...one,
              siteGroupingId: Option.match(HashMap.get(messages, one.messageId), {
                onNone: () => one.siteGroupingId,
                onSome: ({ siteGroupingId }) => siteGroupingId
              })
            }))
          ),
          revise
        )
    }))
  ),
  broken(
    "keeps a revision whose transaction was undone",
    "Messages",
    "MUST undo a revision with its transaction",
    altered(Messages, ({ get, revise }) => {
      const contents = new Map<MessageId, string>()
      return {
        revise: (revisions) =>
          Effect.andThen(
            revise(revisions),
            Effect.sync(() => {
              for (const { content, messageId } of revisions) contents.set(messageId, content)
            })
          ),
        get: (scope, threadId, id) =>
          Effect.map(
            get(scope, threadId, id),
            Option.map((message) => ({ ...message, content: contents.get(id) ?? message.content }))
          )
      }
    })
  )
]
