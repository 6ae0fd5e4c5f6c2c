/**
 * Builds every package to its `dist`: modules and declarations, each with a map to the sources, which are published beside
 * them. A package's `tsconfig.build.json` refers to the packages that it depends on.
 */
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { packages, root } from "./packages.ts"
import { run } from "./run.ts"

export const build = async (): Promise<void> => {
  // A source that is gone must not be published from an earlier build.
  for (const { folder } of packages) rmSync(join(folder, "dist"), { recursive: true, force: true })
  const projects = packages.map(({ folder }) => join(folder, "tsconfig.build.json"))
  await run("tsc", ["--build", "--force", ...projects], { cwd: root })
  for (const { folder, manifest } of packages) {
    for (const { default: module, types } of Object.values(manifest.publishConfig?.exports ?? {})) {
      for (const file of [module, types]) {
        if (!existsSync(join(folder, file))) throw new Error(`${manifest.name}: the build has no ${file}`)
      }
    }
  }
}

if (import.meta.main) await build()
