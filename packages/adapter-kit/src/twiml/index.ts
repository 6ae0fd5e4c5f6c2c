/** TwiML and what is like it: the document that a call is answered with, and the webhooks that tell of it. */
export * as CallStatuses from "./CallStatuses.ts"
export * as CallWebhooks from "./CallWebhooks.ts"
export type { Attributes, Bounds, Dialect } from "./Dialect.ts"
export { LEG_EVENTS, render, within } from "./Document.ts"
