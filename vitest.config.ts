import { configDefaults, defineConfig } from "vitest/config"
import { TEST_MILLIS } from "./test/support/patience.ts"

export default defineConfig({
  test: {
    globalSetup: ["test/support/globalSetup.ts"],
    // The demos at every hour take longer than everything that a change is checked by: CI plays them.
    exclude: [...configDefaults.exclude, ...(process.env.CARELINE_TEST_HOURS === "1" ? [] : ["test/hours/**"])],
    include: [
      "apps/*/test/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "examples/*/test/**/*.test.ts",
      "test/**/*.test.ts"
    ],
    // Most tests wait for a database, a host or a provider: one more than there are cores on a small machine.
    maxWorkers: 3,
    testTimeout: TEST_MILLIS,
    hookTimeout: TEST_MILLIS
  }
})
