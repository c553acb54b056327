/** Who calls, as the browser says. */
export interface Site {
  /** Serialised origin; never opaque. */
  origin: string;
  /** The call comes from a private window or a container: its cookies are not ours to use, and ours not its. */
  otherIdentity: boolean;
  /** The call comes from a frame under a page of another origin. */
  thirdParty: boolean;
}
