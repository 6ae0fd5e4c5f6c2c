/**
 * Performs a provider's self-test through the public URL, as the provider itself would call: the one way to learn that DNS,
 * TLS, the proxies, the host and its configuration agree. Says what is usually behind an answer that is another one.
 */
import { Problem } from "@careline/application"
import { Diagnosis, ProviderFailure } from "@careline/adapter-kit"
import { Effect } from "effect"

/** How long a host may take to answer, in milliseconds. Providers wait for two to fifteen seconds. */
const SELF_TEST_TIMEOUT_MILLIS = 10_000

/** What came back. */
export interface Answer {
  readonly status: number
  /** Whether it is a problem as Careline writes it: what stands before the host does not. */
  readonly isProblem: boolean
  /** Where a redirect leads. */
  readonly location: string | null
}

const REFUSED = 403

const isTls = (network: string): boolean => /CERT|SSL|TLS|SIGNED|SIGNATURE|EPROTO/.test(network)

/** Why nothing answered. */
export const explainNetwork = (network: string | null, url: string): string => {
  const host = URL.canParse(url) ? new URL(url).host : "it"
  if (network === null) return "The request could not be made: check PUBLIC_URL"
  if (network === "ENOTFOUND" || network === "EAI_AGAIN") {
    return `The name ${host} does not resolve (${network}): check PUBLIC_URL and its DNS record`
  }
  if (network === "ECONNREFUSED") {
    return `Nobody listens at ${host} (${network}): start the host, or the proxy that stands before it`
  }
  if (isTls(network)) {
    return `The TLS certificate of ${host} is not accepted (${network}): providers do not accept it either`
  }
  return `${host} gave no answer (${network}): check that it is reachable from outside, and that the host runs`
}

/** Why a host answers otherwise, as far as its status tells. */
const explainStatus = ({ isProblem, location, status }: Answer, provider: string): string => {
  if (status >= 300 && status < 400) {
    const target = location === null ? "elsewhere" : `to ${Diagnosis.shown(location)}`
    return `It redirects ${target}: set PUBLIC_URL, and the URLs at the provider, to where the redirect ends`
  }
  if (status === 404) {
    return isProblem
      ? "Careline is there, but a proxy changes the path"
      : "Careline is not at this path: check PUBLIC_URL, and what the proxy before the host passes on"
  }
  if (status === 501 && isProblem) return `Careline is there, but that host is not configured for ${provider}`
  if (isProblem) return "The host could not take it: see its log"
  if (status >= 502 && status <= 504) return "A proxy answers, and reaches no host: start the host, check the proxy"
  if (status === 401 || status === 403 || status === 407 || status === 429) {
    return "Something before the host refuses: let /api/v1/webhooks through to the host as it comes"
  }
  return "Something other than Careline seems to answer: check PUBLIC_URL, and the proxy before the host"
}

/** What an answer shows. */
const evaluate = (test: Diagnosis.SelfTest, answer: Answer, provider: string): Diagnosis.Finding => {
  const { isProblem, status } = answer
  // A refusal counts as the host's only when it is written as the host writes it.
  if (status === test.expects && (status < 400 || isProblem)) {
    return Diagnosis.ok("signature", `Through ${Diagnosis.shown(test.url)}: ${test.proves}`)
  }
  const meaning = isProblem || status < 400 ? test.otherwise[status] : undefined
  return Diagnosis.error(
    "signature",
    `${Diagnosis.shown(test.url)} answered ${status} in the place of ${test.expects}. ` +
      (meaning ?? explainStatus(answer, provider))
  )
}

const SPACE = " "

/** The same, with a body that is not the signed one. */
const forged = (test: Diagnosis.SelfTest): Diagnosis.SelfTest => ({ ...test, body: test.body + SPACE })

/** User info of a URL goes into a header, where `fetch` wants it. */
const requestOf = ({ headers, url }: Diagnosis.SelfTest) => {
  const target = new URL(url)
  const { password, username } = target
  if (username === "") return { url, headers }
  target.username = ""
  target.password = ""
  const userInfo = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return {
    url: target.href,
    headers: { authorization: `Basic ${Buffer.from(userInfo).toString("base64")}`, ...headers }
  }
}

const post = (test: Diagnosis.SelfTest): Effect.Effect<Answer, ProviderFailure.Failure> =>
  Effect.tryPromise({
    try: async () => {
      const { headers, url } = requestOf(test)
      const response = await fetch(url, {
        method: "POST",
        headers,
        body: test.body,
        redirect: "manual",
        signal: AbortSignal.timeout(SELF_TEST_TIMEOUT_MILLIS)
      })
      await response.body?.cancel()
      const location = response.headers.get("location")
      return {
        status: response.status,
        isProblem: (response.headers.get("content-type") ?? "").startsWith(Problem.CONTENT_TYPE),
        location: location !== null && URL.canParse(location, url) ? new URL(location, url).href : null
      }
    },
    catch: ProviderFailure.ofNetwork
  })

/** One finding. Never fails. */
export const perform = Effect.fnUntraced(
  function* (test: Diagnosis.SelfTest, provider: string) {
    const finding = evaluate(test, yield* post(test), provider)
    if (finding.level !== "ok" || test.expects >= 400) return finding
    // What takes everything shows nothing by taking this.
    const { isProblem, status } = yield* post(forged(test))
    return status === REFUSED && isProblem
      ? finding
      : Diagnosis.error(
          "signature",
          `${Diagnosis.shown(test.url)} answered ${status} to a body that is not the signed one: something other than ` +
            "Careline seems to answer there, because Careline refuses it"
        )
  },
  (effect, test) =>
    effect.pipe(
      Effect.catch(({ network }) => Effect.succeed(Diagnosis.error("signature", explainNetwork(network, test.url))))
    )
)
