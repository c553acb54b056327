import { isBadPort } from '../core/bad-port.ts';
import { isPotentiallyTrustworthy, isPrivate } from './addresses.ts';
import { allowsConnection, type SourceList } from './content-security-policy.ts';

/** Who fetches. */
export interface Fetcher {
  /** Serialised origin. */
  origin: string;
  /** What the page that asked may connect to: see `connectSources`. */
  connectSources: SourceList[];
}

/**
 * Why a site may not fetch this URL; null where it may. Asked for every URL that we know of: the request's, and where
 * its redirects led. What the browser checks itself when it fetches as the site is asked here all the same, so that
 * nothing hangs on where a request is made.
 */
export function refusal({ origin, connectSources }: Fetcher, url: URL, redirected = false): string | null {
  const self = new URL(origin);
  if (isBadPort(url)) return `Port ${url.port} is blocked.`;
  // https://w3c.github.io/webappsec-mixed-content/#should-block-fetch
  if (self.protocol === 'https:' && !isPotentiallyTrustworthy(url)) return 'It is mixed content.';
  // Stricter than https://wicg.github.io/local-network-access/, which asks the person: here nobody may be there to ask.
  if (isPrivate(url) && !isPrivate(self)) return 'A public site may not reach into the local network.';
  if (!allowsConnection(connectSources, url, self, redirected))
    return "It violates the page's Content Security Policy.";
  return null;
}
