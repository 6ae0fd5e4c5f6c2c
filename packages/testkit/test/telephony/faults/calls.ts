/** Adapters that do one thing wrong with calls, pictures or what was received, and the test that has to notice. */
import type { CallPlan } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { soundCalls } from "../AcmeCalls.ts"
import { sound } from "../AcmeTelephony.ts"
import type { AdapterFaults } from "../acme.ts"

const carrying = (url: string, digits: string): string => `${url}&who=${digits}`

/** The first number that a step leads to. */
const ahead = (node: CallPlan.CallPlan): string | null => {
  if (node._tag === "Connect") return node.to.slice(1)
  if (node._tag !== "Gather") return null
  return [...node.options.map(({ leadsTo }) => leadsTo), node.otherwise].map(ahead).find((to) => to !== null) ?? null
}

/** As if JSON needed no escapes. */
const unescaped = (document: object): string => JSON.stringify(document).replaceAll('\\"', '"')

export const callFaults: AdapterFaults = {
  "Calls by plan": {
    "lets the provider show the caller's own number → put the caller through, and show the": {
      calls: { callerIdOf: () => null }
    },
    "does not escape what it says → has a meaning in XML and in JSON as": { calls: { write: unescaped } },
    "loses the keys → MUST go on by the key that is pressed: 1": { calls: { digitsOf: () => null } },
    "takes the first key for all of them → PIN as often as the plan does, and": {
      calls: { digitsOf: (event) => soundCalls.digitsOf(event)?.slice(0, 1) ?? null }
    }
  },
  "Any plan": {
    "lets a number that may be called later stand in a callback URL → render any plan so that the provider": {
      calls: {
        nextUrl: (url, { node }: Telephony.CallStep) => {
          const number = node._tag === "Gather" ? ahead(node) : null
          return number === null ? url : carrying(url, number)
        }
      }
    },
    "does not escape whatever it says → render any plan so that the provider": { calls: { write: unescaped } },
    "does not escape what a clinic says to its callers → greet a caller, whatever greetings": {
      calls: { write: unescaped }
    }
  },
  "Call reports": {
    "makes a number of a caller who withholds it → make a number of a caller who withholds": {
      calls: { callerOf: (from) => `+${from}` }
    },
    "takes the far leg for the caller's own → tell what became of both legs with callTwice": {
      calls: { legOf: () => "own" }
    },
    "tells whoever asks what a call does → webhook with wrongKey, nor tell an": { isSigned: () => true }
  },
  Recordings: {
    "hands its credentials to whatever host a recording names → recording of the provider's, and ask": {
      calls: { recordingUrl: (baseUrl, ref) => (ref.startsWith("http") ? ref : soundCalls.recordingUrl(baseUrl, ref)) }
    },
    "makes a path of whatever a recording is called → recording of the provider's, and ask": {
      calls: { recordingUrl: (baseUrl, ref) => `${baseUrl}/recordings/${ref}` }
    },
    "reads as much as comes → more of a recording than it may": { calls: { readsAll: true } }
  },
  "Placing calls": {
    "places a call again that may have rung → call after acceptedThenReset, and not": { tries: 2 },
    "says that no phone rang when it may have → call after acceptedThenHang, and not": {
      afterFailure: (failure) =>
        failure.status === null ? { _tag: "NotSent", detail: "no answer" } : sound.afterFailure(failure)
    },
    "lets the clinician's number stand in a callback URL → let the clinician's number stand in": {
      calls: { answerUrl: (url, { to }) => carrying(url, to.slice(1)) }
    }
  },
  History: {
    "lists what we sent as if it had come → texts that never came, with their pictures": {
      calls: { isInbound: () => true }
    },
    "lists the calls that we placed → calls that never came, and none of": { calls: { isInbound: () => true } }
  },
  Media: {
    "fetches a picture from wherever a text says it is → refuse the URL of any other host, and": {
      calls: { mediaUrl: (_baseUrl, url) => url }
    }
  }
}
