/** Where recordings and pictures are kept, and how links to them look. */
import type { KeyEncryption } from "@careline/ports"
import type { Redacted } from "effect"

export interface FileBlobOptions {
  /** Made when it is not there, for this user only. All hosts that serve its links have to see the same one. */
  readonly directory: string
  /** Where links begin: an origin at which nobody is signed in, `https://media.clinic.example.com`. */
  readonly publicUrl: string
  /** What stands before the key in a link, with a slash at its beginning and none at its end: `DEFAULT_PATH`. */
  readonly path: string
  /** The first one signs links, all of them verify, so that one can be rotated: the old one stays for 7 days. */
  readonly signingSecrets: readonly [Redacted.Redacted, ...Array<Redacted.Redacted>]
  /** What wraps the key of each file; without, files stand in the open, for a disk that is encrypted otherwise. */
  readonly encryption?: KeyEncryption.KeyEncryption | null | undefined
}

export const DEFAULT_PATH = "/blobs"
