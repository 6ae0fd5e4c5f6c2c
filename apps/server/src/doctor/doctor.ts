/** Checks the configuration that a host would start with, from the same environment. Fails when something is wrong. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Exit } from "effect"
import * as Checkup from "./Checkup.ts"

const program = Effect.gen(function* () {
  const lines = yield* Checkup.examine
  for (const line of lines) yield* Console.log(Checkup.format(line))
  return Checkup.isSound(lines)
})

NodeRuntime.runMain(program, {
  teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) && exit.value ? 0 : 1)
})
