/**
 * Builds and packs every package, and has each tarball judged: by publint, whether what it declares is there, and by
 * "Are the types wrong?", whether TypeScript resolves it as Node does. There is no CommonJS, and so it is not asked for.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { build } from "./build.ts"
import { pack, type Tarball } from "./pack.ts"
import { run } from "./run.ts"

/** Everything that publint says, its suggestions too. */
const publishing = async (file: string): Promise<ReadonlyArray<string>> => {
  const bytes = readFileSync(file)
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball }, level: "suggestion", strict: true })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

const typing = (file: string): Promise<ReadonlyArray<string>> =>
  run("attw", [file, "--profile", "esm-only", "--no-color"]).then(
    () => [],
    (error: Error) => [error.message]
  )

/** What is wrong with the tarballs, as lines for a person. */
export const faultsOf = async (tarballs: ReadonlyArray<Tarball>): Promise<ReadonlyArray<string>> => {
  const faults: Array<string> = []
  for (const { file, name } of tarballs) {
    const found = [...(await publishing(file)), ...(await typing(file))]
    faults.push(...found.map((fault) => `${name}: ${fault}`))
  }
  return faults
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), "careline-packages-"))
  try {
    await build()
    const tarballs = await pack(folder)
    const faults = await faultsOf(tarballs)
    for (const fault of faults) console.error(fault)
    console.log(`${tarballs.length} packages, ${faults.length} ${faults.length === 1 ? "fault" : "faults"}.`)
    process.exitCode = faults.length === 0 && tarballs.length > 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
