/** The packages that are published: where they are, and what they say of themselves. */
import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"

/** What we read of a published package's `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  /** Entries as they are imported, and the source of each. */
  readonly exports: Readonly<Record<string, string>>
  readonly files?: ReadonlyArray<string>
  readonly engines?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly publishConfig?: {
    readonly access?: string
    readonly exports?: Readonly<Record<string, { readonly types: string; readonly default: string }>>
  }
}

export interface Package {
  /** The name of its folder: `domain`. */
  readonly short: string
  readonly folder: string
  readonly manifest: Manifest
}

export const root = join(import.meta.dirname, "..")

export const packages: ReadonlyArray<Package> = globSync("packages/*/package.json", { cwd: root })
  .sort()
  .map((file) => {
    const folder = join(root, file, "..")
    return {
      short: basename(folder),
      folder,
      manifest: JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest
    }
  })
  .filter(({ manifest }) => manifest.private !== true)

/** Every entry of a package, as others import it: `@careline/testkit/simulators`. */
export const entriesOf = ({ manifest }: Package): ReadonlyArray<string> =>
  Object.keys(manifest.exports).map((entry) => manifest.name + entry.slice(1))
