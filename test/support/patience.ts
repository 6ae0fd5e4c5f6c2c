/** How long tests wait for what has to come. Nothing is slow enough on a busy machine to reach it: who does is stuck. */

/** For one event, in milliseconds. */
export const PATIENCE_MILLIS = 4 * 60_000

/** For a test or a hook with everything that it waits for, in milliseconds. */
export const TEST_MILLIS = 15 * 60_000
