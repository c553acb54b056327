/** Who calls, as the browser says. */
export interface Site {
  /** Serialised origin; never opaque. */
  origin: string;
  /** The call comes from a private window or a container: its cookies are not ours to use, and ours not its. */
  otherIdentity: boolean;
  /** The call comes from a frame with a page of another origin above it: its storage may be apart from the site's own. */
  thirdParty: boolean;
  /** The person sees no page of the site as a tab's own: the call comes from a frame or a service worker. */
  unseen: boolean;
}
