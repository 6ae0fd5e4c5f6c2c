/** Adapters that do one thing wrong with calls, pictures or what was received, and the test that has to notice. */
import type { CallPlan } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { type CallParts, soundCalls } from "./AcmeCalls.ts"
import type { Parts } from "./AcmeParts.ts"
import { sound } from "./AcmeTelephony.ts"
import type { BrokenAdapter } from "./brokenAdapters.ts"

const broken = (
  fault: string,
  chapter: string,
  noticedBy: string,
  calls: Partial<CallParts>,
  parts: Partial<Parts> = {}
): BrokenAdapter => ({ fault, chapter, noticedBy, parts: { ...sound, ...parts, calls: { ...soundCalls, ...calls } } })

const carrying = (url: string, digits: string): string => `${url}&who=${digits}`

/** The first number that a step leads to. */
const ahead = (node: CallPlan.CallPlan): string | null => {
  if (node._tag === "Connect") return node.to.slice(1)
  if (node._tag !== "Gather") return null
  return [...node.options.map(({ leadsTo }) => leadsTo), node.otherwise].map(ahead).find((to) => to !== null) ?? null
}

/** As if JSON needed no escapes. */
const unescaped = (document: object): string => JSON.stringify(document).replaceAll('\\"', '"')

export const brokenCalls: ReadonlyArray<BrokenAdapter> = [
  broken(
    "lets the provider show the caller's own number",
    "Calls by plan",
    "MUST put the caller through, and show the other side the caller ID of the plan and nothing of the caller",
    { callerIdOf: () => null }
  ),
  broken(
    "does not escape what it says",
    "Calls by plan",
    "MUST say a text that has a meaning in XML and in JSON as it is",
    { write: unescaped }
  ),
  broken("loses the keys", "Calls by plan", "MUST go on by the key that is pressed: 1", { digitsOf: () => null }),
  broken(
    "takes the first key for all of them",
    "Calls by plan",
    "MUST ask for a PIN as often as the plan does, and go where each try leads",
    {
      digitsOf: (event) => soundCalls.digitsOf(event)?.slice(0, 1) ?? null
    }
  ),
  broken(
    "lets a number that may be called later stand in a callback URL",
    "Any plan",
    "MUST render any plan so that the provider knows it, with no number in it but those of the call",
    {
      nextUrl: (url, { node }: Telephony.CallStep) => {
        const number = node._tag === "Gather" ? ahead(node) : null
        return number === null ? url : carrying(url, number)
      }
    }
  ),
  broken(
    "does not escape whatever it says",
    "Any plan",
    "MUST render any plan so that the provider knows it, with no number in it but those of the call",
    { write: unescaped }
  ),
  broken(
    "does not escape what a clinic says to its callers",
    "Any plan",
    "MUST greet a caller, whatever greetings are kept, and when it is asked for the fallback",
    { write: unescaped }
  ),
  broken(
    "makes a number of a caller who withholds it",
    "Call reports",
    "MUST NOT make a number of a caller who withholds it",
    { callerOf: (from) => `+${from}` }
  ),
  broken("takes the far leg for the caller's own", "Call reports", "MUST tell what became of both legs", {
    legOf: () => "own"
  }),
  broken(
    "tells whoever asks what a call does",
    "Call reports",
    "MUST NOT render a plan for a webhook with wrongKey, nor tell an event of it",
    {},
    { isSigned: () => true }
  ),
  broken(
    "hands its credentials to whatever host a recording names",
    "Recordings",
    "MUST refuse what is no recording of the provider's, and ask nobody for it",
    { recordingUrl: (baseUrl, ref) => (ref.startsWith("http") ? ref : soundCalls.recordingUrl(baseUrl, ref)) }
  ),
  broken(
    "makes a path of whatever a recording is called",
    "Recordings",
    "MUST refuse what is no recording of the provider's, and ask nobody for it",
    {
      recordingUrl: (baseUrl, ref) => `${baseUrl}/recordings/${ref}`
    }
  ),
  broken("reads as much as comes", "Recordings", "MUST NOT read more of a recording than it may", { readsAll: true }),
  broken(
    "places a call again that may have rung",
    "Placing calls",
    "MUST say what is known of a call after acceptedThenReset, and not place it again",
    {},
    { tries: 2 }
  ),
  broken(
    "says that no phone rang when it may have",
    "Placing calls",
    "MUST say what is known of a call after acceptedThenHang, and not place it again",
    {},
    {
      afterFailure: (failure) =>
        failure.status === null ? { _tag: "NotSent", detail: "no answer" } : sound.afterFailure(failure)
    }
  ),
  broken(
    "lets the clinician's number stand in a callback URL",
    "Placing calls",
    "MUST NOT let the clinician's number stand in a document or a callback, nor connect without the key",
    { answerUrl: (url, { to }) => carrying(url, to.slice(1)) }
  ),
  broken(
    "lists what we sent as if it had come",
    "History",
    "MUST list the texts that never came, with their pictures, and none of ours",
    { isInbound: () => true }
  ),
  broken("lists the calls that we placed", "History", "MUST list the calls that never came, and none of ours", {
    isInbound: () => true
  }),
  broken(
    "fetches a picture from wherever a text says it is",
    "Media",
    "MUST refuse the URL of any other host, and ask nobody for it",
    {
      mediaUrl: (_baseUrl, url) => url
    }
  )
]
