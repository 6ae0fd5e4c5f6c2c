/** Which addresses are of the public internet. */
import { assert, describe, it } from "vitest"
import { isPublicAddress } from "../src/download/PublicAddress.ts"

describe("An address", () => {
  it.each([
    "1.1.1.1",
    "54.172.60.0",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "223.255.255.255"
  ])("%s is public", (address) => assert.isTrue(isPublicAddress(address)))
  it.each(["2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])("%s is public", (address) =>
    assert.isTrue(isPublicAddress(address))
  )

  it.each([
    ["this host", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["private", "10.0.0.1"],
    ["private", "172.16.0.1"],
    ["private", "172.31.255.255"],
    ["private", "192.168.1.1"],
    ["shared by a carrier", "100.64.0.1"],
    ["Alibaba's metadata", "100.100.100.200"],
    ["link-local", "169.254.1.1"],
    ["metadata of AWS, Google and Azure", "169.254.169.254"],
    ["metadata of Oracle", "192.0.0.192"],
    ["Azure's host", "168.63.129.16"],
    ["documentation", "192.0.2.1"],
    ["documentation", "198.51.100.1"],
    ["documentation", "203.0.113.1"],
    ["6to4 relays", "192.88.99.1"],
    ["benchmarks", "198.18.0.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["loopback", "::1"],
    ["an IPv4 address, mapped", "::ffff:127.0.0.1"],
    ["an IPv4 address, mapped", "::ffff:7f00:1"],
    ["an IPv4 address, mapped, even a public one", "::ffff:1.1.1.1"],
    ["an IPv4 address, compatible", "::7f00:1"],
    ["an IPv4 address, translated", "::ffff:0:127.0.0.1"],
    ["NAT64", "64:ff9b::7f00:1"],
    ["NAT64 of a local network", "64:ff9b:1::7f00:1"],
    ["6to4", "2002:7f00:1::"],
    ["Teredo", "2001:0:7f00:1::"],
    ["link-local", "fe80::1"],
    ["link-local", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["unique local", "fd00:ec2::254"],
    ["multicast", "ff02::1"],
    ["discarded", "100::1"],
    ["documentation", "2001:db8::1"],
    ["documentation", "3fff::1"],
    ["segment routing", "5f00::1"],
    ["never given out", "4000::1"],
    ["octal", "0177.0.0.1"],
    ["shortened", "127.1"],
    ["a number", "2130706433"],
    ["a name", "localhost"],
    ["nothing", ""]
  ])("%s is not public: %s", (_, address) => assert.isFalse(isPublicAddress(address)))
})
