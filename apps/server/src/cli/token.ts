/** Prints a fresh administrator's token for the sandbox that runs in `DATA_DIR`. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { freshToken } from "../sandbox/Sandbox.ts"

NodeRuntime.runMain(
  freshToken(process.env.DATA_DIR ?? ".careline").pipe(
    Effect.matchEffect({
      onSuccess: Console.log,
      onFailure: () =>
        Effect.andThen(
          Console.error("No sandbox runs here. Start one: npx -y pnpm@12 start"),
          Effect.sync(() => (process.exitCode = 1))
        )
    })
  )
)
