/** A project of somebody else: an empty folder with an npm of its own, into which packed packages are installed. */
import { writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { root } from "../../scripts/packages.ts"
import { run } from "../../scripts/run.ts"

export interface Consumer {
  readonly folder: string
  /** The Node that it lives on. */
  readonly node: string
  /** Installs packages by name and version, or tarballs by their path. */
  readonly install: (packages: ReadonlyArray<string>) => Promise<void>
  /** Runs a module's code, and resolves with what it prints. */
  readonly evaluate: (code: string, ...args: ReadonlyArray<string>) => Promise<string>
}

/** A Node that is installed as a package of the workspace, under its own name or another one. */
export const nodeOf = (alias: string): string =>
  join(root, "node_modules", alias, "bin", process.platform === "win32" ? "node.exe" : "node")

/** This machine's npm, as a script that any Node can run. What a package manager is, it tells only its scripts. */
const npmCli = async (): Promise<string> =>
  (await run("npm", ["exec", "--call", "node -p process.env.npm_execpath"], { cwd: root })).trim()

/** Where this machine's npm gets packages. Another Node would look for the global settings in a place of its own. */
const npmRegistry = async (): Promise<string> => (await run("npm", ["config", "get", "registry"], { cwd: root })).trim()

/** Of our own environment all but what is the test runner's. */
const environment = (node: string, registry: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NODE_(ENV|OPTIONS|PATH)$|VITEST|npm_package_)/.test(name))
  ),
  PATH: [dirname(node), process.env.PATH].join(delimiter),
  NODE_NO_WARNINGS: "1",
  npm_config_registry: registry
})

export const makeConsumer = async (folder: string, node: string): Promise<Consumer> => {
  const [npm, registry] = await Promise.all([npmCli(), npmRegistry()])
  const options = { cwd: folder, env: environment(node, registry) }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  return {
    folder,
    node,
    install: async (packages) => {
      // Strict: every peer and every `engines` has to fit. Scripts of dependencies would only take time.
      const flags = ["--save-exact", "--engine-strict", "--strict-peer-deps", "--ignore-scripts", "--prefer-offline"]
      await run(node, [npm, "install", "--no-audit", "--no-fund", ...flags, ...packages], options)
    },
    evaluate: (code, ...args) => run(node, ["--input-type=module", "--eval", code, ...args], options)
  }
}
