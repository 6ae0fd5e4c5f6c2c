/** What the use cases of templates refuse. */
import { Language, type TemplateLint } from "@careline/domain"
import { Schema } from "effect"

/** What is wrong with a version, or worth knowing, and where. */
export const TemplateIssue = Schema.Struct({
  severity: Schema.Literals(["error", "warning"]),
  rule: Schema.String,
  /** `null`: it is about the version and not about one text of it. */
  language: Schema.NullOr(Language),
  /** From 1 on; `null` where it is about the text as a whole. */
  place: Schema.NullOr(Schema.Struct({ line: Schema.Int, column: Schema.Int })),
  message: Schema.String
}).annotate({ identifier: "TemplateIssue" })
export type TemplateIssue = typeof TemplateIssue.Type

/** The version has errors, so that nobody is sent it. */
export class TemplateNotPublishable extends Schema.TaggedError<TemplateNotPublishable>()("TemplateNotPublishable", {
  version: Schema.Int,
  issues: Schema.Array(TemplateIssue)
}) {
  static of(version: number, { issues }: TemplateLint.Report): TemplateNotPublishable {
    return new TemplateNotPublishable({ version, issues: issues.filter(({ severity }) => severity === "error") })
  }
  override get message(): string {
    return `Version ${this.version} has ${this.issues.length === 1 ? "an error" : `${this.issues.length} errors`}`
  }
}

/** Somebody saved another version in the meantime. */
export class TemplateChanged extends Schema.TaggedError<TemplateChanged>()("TemplateChanged", {
  latestVersion: Schema.Int
}) {
  override get message(): string {
    return `The newest version is ${this.latestVersion} by now`
  }
}

/** The template is archived: it is read and not changed or sent. */
export class TemplateArchived extends Schema.TaggedError<TemplateArchived>()("TemplateArchived", {}) {
  override get message(): string {
    return "The template is archived"
  }
}

/** No version of the template is published, so that nothing is sent from it. */
export class TemplateNotPublished extends Schema.TaggedError<TemplateNotPublished>()("TemplateNotPublished", {}) {
  override get message(): string {
    return "No version of the template is published"
  }
}

/** Values do not fit the template's variables. */
export class TemplateDataInvalid extends Schema.TaggedError<TemplateDataInvalid>()("TemplateDataInvalid", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {
  override get message(): string {
    return this.faults.map(({ message, path }) => `${path} ${message}`).join("; ")
  }
}
