/**
 * Checks the arrows between the packages: who may import whom, over `package.json` and over the imports themselves. Import
 * cycles between files are oxlint's (`import/no-cycle`).
 */
import { globSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { join, relative } from "node:path"

const scope = "@careline/"

/** What each package may import of the others; adapters by their prefix. */
const arrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  ports: ["domain"],
  application: ["domain", "ports"],
  testkit: ["domain", "ports"],
  adapter: ["domain", "ports"],
  "http-hono": ["*"]
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
}

interface Import {
  readonly file: string
  readonly specifier: string
  readonly names: ReadonlyArray<string>
}

const allowedOf = (name: string): ReadonlyArray<string> => arrows[name] ?? arrows[name.split("-")[0]!] ?? []

const packageOf = (specifier: string): string =>
  specifier.startsWith("@") ? specifier.split("/").slice(0, 2).join("/") : specifier.split("/")[0]!

/** The static and dynamic imports of a file. Comments are taken out first, so that examples in them do not count. */
const importsOf = (file: string): ReadonlyArray<Import> => {
  const source = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "")
  const statements = [...source.matchAll(/^(?:import|export)\s(?:type\s)?([^"'`;]*?)\sfrom\s"([^"]+)"/gm)]
  const dynamic = [...source.matchAll(/\bimport\(["'`]([^"'`]+)["'`]\)/g)]
  return [
    ...statements.map(([, clause = "", specifier = ""]) => ({
      file,
      specifier,
      names: clause
        .replace(/[{}]/g, "")
        .split(",")
        .map(
          (name) =>
            name
              .trim()
              .replace(/^type\s+/, "")
              .split(/\s/)[0]!
        )
        .filter(Boolean)
    })),
    ...dynamic.map(([, specifier = ""]) => ({ file, specifier, names: [] }))
  ]
}

const isBuiltin = (specifier: string): boolean => specifier.startsWith("node:") || builtinModules.includes(specifier)

/** What is wrong with one import of a package. */
const faultsOfImport = (name: string, manifest: Manifest, one: Import): ReadonlyArray<string> => {
  const { names, specifier } = one
  if (specifier.startsWith(".")) return []
  if (isBuiltin(specifier)) return name === "domain" ? [`domain is pure and may not import ${specifier}`] : []
  const target = packageOf(specifier)
  const declared = { ...manifest.dependencies, ...manifest.optionalDependencies }
  const faults: Array<string> = []
  if (!specifier.includes("${") && declared[target] === undefined)
    faults.push(`${target} is not declared in package.json`)
  if (specifier.includes("/src/")) faults.push(`${specifier} reaches into another package`)
  if (target.startsWith(scope)) {
    const allowed = allowedOf(name)
    const other = target.slice(scope.length)
    if (!allowed.includes("*") && !allowed.includes(other)) faults.push(`${name} may not import ${other}`)
  }
  if (name === "domain" && !domainLibraries.has(target)) faults.push(`domain may not import ${target}`)
  if (name === "domain" && target === "effect") {
    const services = names.filter((module) => !domainEffectModules.has(module))
    if (services.length > 0) faults.push(`domain may import data from effect, not ${services.join(", ")}`)
  }
  return faults
}

/** Every broken arrow under a root, as lines for a person. */
export const check = (root: string): ReadonlyArray<string> =>
  globSync("packages/*/package.json", { cwd: root }).flatMap((path) => {
    const folder = join(root, path, "..")
    const manifest = JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest
    const name = manifest.name.slice(scope.length)
    const allowed = allowedOf(name)
    const declared = Object.keys(manifest.dependencies ?? {})
      .filter((dependency) => dependency.startsWith(scope) && !allowed.includes("*"))
      .map((dependency) => dependency.slice(scope.length))
      .filter((dependency) => !allowed.includes(dependency))
      .map((dependency) => `${path}: ${name} may not depend on ${dependency}`)
    const imported = globSync("src/**/*.ts", { cwd: folder })
      .flatMap((file) => importsOf(join(folder, file)))
      .flatMap((one) => faultsOfImport(name, manifest, one).map((fault) => `${relative(root, one.file)}: ${fault}`))
    return [...declared, ...imported]
  })

if (import.meta.main) {
  const faults = check(process.cwd())
  for (const fault of faults) console.error(fault)
  console.log(faults.length === 0 ? "Every arrow points the right way." : `${faults.length} broken arrows.`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
