import { configDefaults, defineConfig } from "vitest/config"
import { TEST_MILLIS } from "./test/support/patience.ts"

/** Packages whose tests start no host and no database: they share a worker, and import what they need once. */
const units = [
  "domain",
  "ports",
  "application",
  "adapter-kit",
  "adapter-openai",
  "adapter-telnyx",
  "adapter-twilio",
  "adapter-vonage",
  "testkit"
]
const unitTests = units.map((name) => `packages/${name}/test/**/*.test.ts`)

export default defineConfig({
  test: {
    // Most tests wait for a database, a host or a provider: one more than there are cores on a small machine.
    maxWorkers: 3,
    testTimeout: TEST_MILLIS,
    hookTimeout: TEST_MILLIS,
    projects: [
      { extends: true, test: { name: "unit", include: unitTests, isolate: false } },
      {
        extends: true,
        test: {
          name: "system",
          globalSetup: ["test/support/globalSetup.ts"],
          include: [
            "apps/*/test/**/*.test.ts",
            "packages/*/test/**/*.test.ts",
            "examples/*/test/**/*.test.ts",
            "test/**/*.test.ts"
          ],
          exclude: [
            ...configDefaults.exclude,
            ...unitTests,
            // What takes minutes is `pnpm test:extended`: CI runs it after everything else.
            ...(process.env.CARELINE_TEST_EXTENDED === "1" ? [] : ["test/extended/**"])
          ]
        }
      }
    ]
  }
})
