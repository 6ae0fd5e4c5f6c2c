/** Pictures are followed to where Twilio keeps them, and nowhere else; how, the tests of downloads say. */
import { assert, describe, it } from "vitest"
import * as Files from "../../src/media/Files.ts"

const isListed = (host: string): boolean =>
  Files.HOSTS.some((pattern) => (pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern))

describe("A picture", () => {
  it.each([
    "api.twilio.com",
    "media.twiliocdn.com",
    "s3.amazonaws.com",
    "s3-external-1.amazonaws.com",
    "media.twiliocdn.com.s3.amazonaws.com",
    "media.s3.eu-west-1.amazonaws.com",
    "s3-ap-southeast-2.amazonaws.com"
  ])("may be at %s", (host) => assert.isTrue(isListed(host)))

  it.each([
    "ec2-203-0-113-7.compute-1.amazonaws.com",
    "amazonaws.com",
    "s3.amazonaws.com.example.com",
    "evils3.amazonaws.com",
    "files.example.com"
  ])("is not followed to %s", (host) => assert.isFalse(isListed(host)))
})
