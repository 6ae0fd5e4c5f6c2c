/**
 * Checks the arrows between the packages: who may import whom, over `package.json` and over the imports themselves. Import
 * cycles between files are oxlint's (`import/no-cycle`), as are the globals that the domain may not touch.
 */
import { existsSync, globSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { dirname, join, relative, resolve, sep } from "node:path"

const scope = "@careline/"

/** What each package may import of the others; adapters by their prefix. Whoever is not here may import all. */
const arrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  ports: ["domain"],
  application: ["domain", "ports"],
  testkit: ["domain", "ports"],
  adapter: ["domain", "ports"],
  http: ["domain", "ports", "application"]
}

/** What the domain may import from elsewhere: data, and no services. */
const domainLibraries = new Set(["effect", "libphonenumber-js"])
const domainEffectModules = new Set([
  "Array",
  "DateTime",
  "Duration",
  "Option",
  "Order",
  "Predicate",
  "Record",
  "Result",
  "Schema"
])

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

interface Import {
  readonly file: string
  readonly specifier: string
  readonly names: ReadonlyArray<string>
}

interface Package {
  readonly root: string
  readonly folder: string
  readonly name: string
  /** What its sources may import. */
  readonly declared: ReadonlySet<string>
  /** What its tests may import beside: its own development dependencies and those of the workspace. */
  readonly forTests: ReadonlySet<string>
}

/** The names that a package may import; `null` is all of them. */
const allowedOf = (name: string): ReadonlyArray<string> | null => arrows[name] ?? arrows[name.split("-")[0]!] ?? null

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

const isBuiltin = (specifier: string): boolean => specifier.startsWith("node:") || builtinModules.includes(specifier)

const namesIn = (clause: string): ReadonlyArray<string> =>
  clause
    .replace(/[{}]/g, "")
    .split(",")
    .map((name) => name.trim().replace(/^type\s+/, ""))
    .map((name) => name.split(/\s/)[0]!)
    .filter((name) => name !== "")

/** The imports and re-exports of a file as oxfmt writes them: a statement begins its line, which no comment does. */
const importsOf = (file: string): ReadonlyArray<Import> => {
  const source = readFileSync(file, "utf8")
  const statements = source.matchAll(/^(?:import|export)\s(?:type\s)?([^"'`;]*?)\sfrom\s"([^"]+)"/gm)
  const sideEffects = source.matchAll(/^import\s"([^"]+)"/gm)
  const dynamic = source.matchAll(/^(?!\s*(?:\/\/|\/?\*)).*?\bimport\(\s*["'`]([^"'`$]+)["'`]/gm)
  return [
    ...[...statements].map(([, clause = "", specifier = ""]) => ({ file, specifier, names: namesIn(clause) })),
    ...[...sideEffects, ...dynamic].map(([, specifier = ""]) => ({ file, specifier, names: [] }))
  ]
}

const isWithin = (folder: string, path: string): boolean => path === folder || path.startsWith(folder + sep)

/** Tests share helpers at the root. Nothing else leaves its package by a relative path. */
const faultsOfRelative = (one: Package, { file, specifier }: Import, inTests: boolean): ReadonlyArray<string> => {
  const target = resolve(dirname(file), specifier)
  if (isWithin(one.folder, target) || (inTests && isWithin(join(one.root, "test", "support"), target))) return []
  return [`${specifier} reaches out of the package: import what it needs by its name`]
}

const faultsOfDomain = ({ names, specifier }: Import): ReadonlyArray<string> => {
  const target = packageOf(specifier)
  if (!domainLibraries.has(target)) return [`domain may not import ${specifier}`]
  const modules = specifier.startsWith("effect/") ? [specifier.slice("effect/".length)] : names
  const services = target === "effect" ? modules.filter((name) => !domainEffectModules.has(name)) : []
  return services.length === 0 ? [] : [`domain may import data from effect, not ${services.join(", ")}`]
}

const faultsOfImport = (one: Package, imported: Import, inTests: boolean): ReadonlyArray<string> => {
  const { specifier } = imported
  if (specifier.startsWith(".")) return faultsOfRelative(one, imported, inTests)
  const faults: Array<string> = []
  if (one.name === "domain" && !inTests) faults.push(...faultsOfDomain(imported))
  if (isBuiltin(specifier)) return faults
  const target = packageOf(specifier)
  if (!one.declared.has(target) && !(inTests && one.forTests.has(target))) {
    faults.push(`${target} is not declared in package.json`)
  }
  if (specifier.startsWith(`${target}/src/`)) faults.push(`${specifier} reaches into another package`)
  if (target.startsWith(scope) && one.name !== "domain" && !inTests) {
    const other = target.slice(scope.length)
    if (allowedOf(one.name)?.includes(other) === false) faults.push(`${one.name} may not import ${other}`)
  }
  return faults
}

const readManifest = (path: string): Manifest => JSON.parse(readFileSync(path, "utf8")) as Manifest

const faultsOfPackage = (root: string, path: string, ofWorkspace: ReadonlyArray<string>): ReadonlyArray<string> => {
  const folder = dirname(join(root, path))
  const manifest = readManifest(join(root, path))
  const name = manifest.name.replace(scope, "")
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest
  const declared = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  const one: Package = {
    root,
    folder,
    name,
    // A package may import itself by its name.
    declared: new Set([...declared, manifest.name]),
    forTests: new Set([...Object.keys(devDependencies ?? {}), ...ofWorkspace])
  }
  const depended = declared
    .filter((dependency) => dependency.startsWith(scope))
    .map((dependency) => dependency.slice(scope.length))
    .filter((other) => allowedOf(name)?.includes(other) === false)
    .map((other) => `${path}: ${name} may not depend on ${other}`)
  const imported = [
    { pattern: "src/**/*.ts", inTests: false },
    { pattern: "test/**/*.ts", inTests: true }
  ].flatMap(({ inTests, pattern }) =>
    globSync(pattern, { cwd: folder })
      .flatMap((file) => importsOf(join(folder, file)))
      .flatMap((each) =>
        faultsOfImport(one, each, inTests).map((fault) => `${relative(root, each.file).replaceAll(sep, "/")}: ${fault}`)
      )
  )
  return [...depended, ...imported]
}

/** Every broken arrow under a root, as lines for a person. */
export const check = (root: string): ReadonlyArray<string> => {
  const workspace = join(root, "package.json")
  const ofWorkspace = existsSync(workspace) ? Object.keys(readManifest(workspace).devDependencies ?? {}) : []
  return globSync(
    ["packages/*/package.json", "apps/*/package.json", "benchmarks/package.json", "examples/*/package.json"],
    {
      cwd: root
    }
  ).flatMap((path) => faultsOfPackage(root, path.replaceAll(sep, "/"), ofWorkspace))
}

if (import.meta.main) {
  const faults = check(join(import.meta.dirname, ".."))
  for (const fault of faults) console.error(fault)
  console.log(
    faults.length === 0
      ? "Every arrow points the right way."
      : `${faults.length} broken ${faults.length === 1 ? "arrow" : "arrows"}.`
  )
  process.exitCode = faults.length === 0 ? 0 : 1
}
