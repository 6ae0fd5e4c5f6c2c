import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    globalSetup: ["test/support/globalSetup.ts"],
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "test/**/*.test.ts"],
    // Most tests wait for a database, a host or a provider: one more than there are cores on a small machine.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
