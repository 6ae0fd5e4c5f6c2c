/** How commits are worded: conventional, imperative, at most 72 characters, the why in the body. */
export default {
  extends: ["@commitlint/config-conventional"],
  rules: {
    "header-max-length": [2, "always", 72],
    // Names such as PostgreSQL stand where the sentence has them.
    "subject-case": [0]
  }
}
