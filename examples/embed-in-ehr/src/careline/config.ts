/** The line as the environment describes it; none where no provider is named. */
import { TelnyxTelephony } from "@careline/adapter-telnyx"
import { TwilioTelephony } from "@careline/adapter-twilio"
import { VonageTelephony } from "@careline/adapter-vonage"
import type { LineOptions } from "./line.ts"

/** Each reads its own variables, and names the one that is missing. */
const adapters = {
  telnyx: TelnyxTelephony.layerConfig,
  twilio: TwilioTelephony.layerConfig,
  vonage: VonageTelephony.layerConfig
}

const isProvider = (name: string): name is keyof typeof adapters => name in adapters

export const lineOf = ({ PUBLIC_URL, VOIP_PROVIDER }: NodeJS.ProcessEnv): LineOptions | undefined => {
  if (VOIP_PROVIDER === undefined || VOIP_PROVIDER === "") return undefined
  if (!isProvider(VOIP_PROVIDER)) throw new Error(`VOIP_PROVIDER must be one of ${Object.keys(adapters).join(", ")}`)
  return { telephony: adapters[VOIP_PROVIDER], threadUrl: (id) => `${PUBLIC_URL}/external-threads/${id}` }
}
