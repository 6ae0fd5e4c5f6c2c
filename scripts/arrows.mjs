/**
 * The arrows: who may import whom. Packages point inwards, the folders of a package point one way, and no two files need
 * each other. A type counts as well.
 */
const among = (...packages) => `^packages/(${packages.join("|")})/`
const rest = "^(packages|apps|examples|benchmarks|scripts|test)/"

/** A package may import these of the others, and nothing else of this workspace. */
const arrow = (name, from, ...allowed) => ({
  name,
  severity: "error",
  from: { path: `^packages/${from}/src/` },
  to: { path: rest, pathNot: among(...allowed) }
})

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    arrow("domain-imports-nothing-of-ours", "domain", "domain"),
    arrow("ports-import-the-domain", "ports", "domain", "ports"),
    arrow("application-imports-ports-and-domain", "application", "domain", "ports", "application"),
    arrow("careline-imports-application-ports-and-domain", "careline", "domain", "ports", "application", "careline"),
    arrow("http-hono-imports-no-adapter", "http-hono", "domain", "ports", "application", "http-hono"),
    arrow("adapters-import-ports-and-domain", "(adapter-[^/]+|testkit)", "domain", "ports", "adapter-kit", "$1"),
    {
      name: "domain-is-pure",
      comment: "Which modules of effect it may import, .oxlintrc.json says: data, and no services.",
      severity: "error",
      from: { path: "^packages/domain/src/" },
      to: { pathNot: ["^packages/domain/src/", "(^|/)node_modules/(effect|libphonenumber-js)/"] }
    },
    {
      name: "packages-import-each-other-by-name",
      severity: "error",
      from: { path: "^((?:packages|apps|examples)/[^/]+)/" },
      to: { path: rest, pathNot: ["^$1/", "^test/support/"], dependencyTypes: ["local"] }
    },
    {
      name: "packages-import-entries-only",
      comment: "No file of another package but those that it exports.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true }
    },
    {
      name: "what-is-imported-is-declared",
      severity: "error",
      from: { path: "^(packages|apps|examples)/[^/]+/src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"] }
    },
    {
      name: "files-make-no-circle",
      comment: "The EHR of the example stands as a team might find its own.",
      severity: "error",
      from: { pathNot: "^examples/embed-in-ehr/" },
      to: { circular: true }
    },
    {
      name: "folders-make-no-circle",
      comment: "A circle says that a file is in the wrong room.",
      severity: "error",
      scope: "folder",
      from: { path: "^(packages|apps)/" },
      to: { circular: true }
    }
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["/dist/", "^examples/[^/]+/(?!src|test)", "/\\.readme/"] },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] }
  }
}
