/** The packages as a registry would get them. */
import { join } from "node:path"
import { root } from "./packages.ts"
import { run } from "./run.ts"

/** A published package's name, and the tarball of it. */
export interface Tarball {
  readonly name: string
  readonly file: string
}

/** Packs every package as it is built, into a folder: dependencies have their versions then, and exports lead to `dist`. */
export const pack = async (folder: string): Promise<ReadonlyArray<Tarball>> => {
  const recursive = ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder, "--json"]
  // pnpm is on nobody's path when the tests are run by themselves.
  const output = await run("npx", ["-y", "pnpm@12", ...recursive], { cwd: root })
  const packed = JSON.parse(output) as ReadonlyArray<{ readonly name: string; readonly filename: string }>
  return packed.map(({ filename, name }) => ({ name, file: join(folder, filename.split(/[\\/]/).at(-1)!) }))
}
