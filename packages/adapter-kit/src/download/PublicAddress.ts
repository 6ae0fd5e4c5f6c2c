/**
 * Whether an address is one of the public internet's: the IANA registries of special-purpose addresses
 * (RFC 6890), and what ipaddr.js takes for public beside them.
 */
import { isIP } from "node:net"
import ipaddr from "ipaddr.js"

/** All that has been given out as global unicast (RFC 4291, 2.4). What lies beyond routes nowhere, or to an IPv4 address. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3")

/** Public by its number, and answers only from within Azure, with the machine's own settings. */
const AZURE_HOST = "168.63.129.16"

/** False for private, local, shared, reserved, multicast and translated addresses, and for what is no address. */
export const isPublicAddress = (address: string): boolean => {
  // ipaddr.js reads octal and shortened notations as well, which others may read otherwise.
  if (isIP(address) === 0) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== "unicast") return false
  return parsed.kind() === "ipv6" ? parsed.match(globalUnicast) : address !== AZURE_HOST
}
