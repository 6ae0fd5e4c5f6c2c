/** Starts Careline as a service, configured by the environment. */
import { NodeRuntime } from "@effect/platform-node"
import { Cause, Console, DateTime, Effect, Exit } from "effect"
import * as Host from "./composition/Host.ts"
import * as Observability from "./composition/Observability.ts"
import { type HostConfig, hostConfig } from "./config/HostConfig.ts"

const greeting = (config: HostConfig, host: Host.RunningHost): string => {
  const lines = [
    "",
    `  Careline listens on ${host.url}`,
    `  API documentation   ${host.url}/docs`,
    `  Store               ${host.store === "embedded" ? `PostgreSQL in ${config.dataDirectory}/database` : "DATABASE_URL"}`,
    `  Provider            ${config.provider}${config.sandbox ? ", simulated" : ""}`,
    ...(host.now === null ? [] : [`  Time                ${DateTime.formatIso(host.now)}, and on from there`])
  ]
  return [
    ...lines,
    ...(host.token === null
      ? []
      : [
          `  Admin token         ${host.token}`,
          "",
          "  This is the sandbox: nothing leaves this machine. In a second terminal, try:",
          "",
          "    npx -y pnpm@12 demo"
        ]),
    ""
  ].join("\n")
}

/** Ends with this in the place of a trace: the operator can mend it. */
const refuse = (error: { readonly message: string }) => Console.error(`Careline does not start: ${error.message}`)

const program = Effect.gen(function* () {
  const config = yield* hostConfig
  return yield* Effect.gen(function* () {
    const host = yield* Host.start(config)
    yield* Console.log(greeting(config, host))
    return yield* Effect.never
  }).pipe(Effect.provide(Observability.layer(config)))
})

NodeRuntime.runMain(
  Effect.scoped(program).pipe(
    Effect.catchTags({
      HostConfigError: refuse,
      ConfigError: refuse,
      EmbeddedPostgresError: refuse,
      ListenError: refuse,
      SecretDamaged: refuse,
      StorageError: refuse
    })
  ),
  {
    // Being stopped by a signal is how a host ends well.
    teardown: (exit, onExit) => onExit(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
  }
)
