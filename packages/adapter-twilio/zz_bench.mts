import { Effect, Redacted } from "effect"
import { TwilioTelephony } from "/work/main/packages/adapter-twilio/src/index.ts"
import { signTwilioWebhook } from "/work/main/packages/testkit/src/simulators/index.ts"
const accountSid = "AC" + "0a".repeat(16), publicUrl = "https://clinic.example.com"
const t = await Effect.runPromise(TwilioTelephony.make({ accountSid, publicUrl, authTokens: [Redacted.make("a"), Redacted.make("b")], apiKey: null, messagingServiceSid: null, baseUrl: null, timeoutMillis: 1000 }))
const mk = (target: string, form: Array<[string,string]>) => ({ method: "POST", target, body: new TextEncoder().encode(String(new URLSearchParams(form))), headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signTwilioWebhook("a", publicUrl + target, form) } })
const inbound = mk("/api/v1/webhooks/twilio/sms", [["ToCountry","US"],["ToState","CO"],["SmsMessageSid","SM"+"4d".repeat(16)],["NumMedia","0"],["ToCity","DENVER"],["FromZip","80014"],["SmsSid","SM"+"4d".repeat(16)],["FromState","CO"],["SmsStatus","received"],["FromCity","DENVER"],["Body","Is my mother's prescription ready? 😀 ".repeat(4)],["FromCountry","US"],["To","+12025550100"],["ToZip","80012"],["NumSegments","1"],["MessageSid","SM"+"4d".repeat(16)],["AccountSid",accountSid],["From","+13035550123"],["ApiVersion","2010-04-01"]])
const status = mk("/api/v1/webhooks/twilio/status?attempt=a1", [["SmsSid","SM"+"4d".repeat(16)],["SmsStatus","sent"],["MessageStatus","sent"],["To","+13035550123"],["MessageSid","SM"+"4d".repeat(16)],["AccountSid",accountSid],["From","+12025550100"],["ApiVersion","2010-04-01"]])
for (const [n, k, r] of [["sms","sms",inbound],["status","status",status]] as const) for (let round = 0; round < 3; round++) {
  const N = 30000, s = performance.now()
  for (let i = 0; i < N; i++) Effect.runSync(t.webhooks.receive(k, r))
  console.log(n, Math.round(N / ((performance.now() - s) / 1000)), "/s")
}
