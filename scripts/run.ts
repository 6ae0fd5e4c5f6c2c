/** Runs a program to its end. */
import { execFile } from "node:child_process"

/** More output than this is nobody's to read. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Resolves with what it wrote to stdout. When it fails, the error says all that it wrote. */
export const run = (command: string, args: ReadonlyArray<string>, options: RunOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      { ...options, maxBuffer: MAX_OUTPUT_BYTES, shell: process.platform === "win32" },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(new Error(`${command} ${args.join(" ")} failed (${error.code}):\n${stdout}\n${stderr}`))
      }
    )
  })
