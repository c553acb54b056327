import ipaddr from 'ipaddr.js';

/** Names that DNS does not give out: RFC 6761, RFC 6762, RFC 8375, RFC 9476. A name without a dot is one of the local network. */
const LOCAL_NAMES = /^[^.]+$|(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;
const LOOPBACK_NAMES = /(?:^|\.)localhost$/;

/** The IP address that a URL's host is, or null for a name. IPv4 in IPv6 (RFC 4291, section 2.5.5) counts as IPv4. */
function addressOf({ hostname }: URL): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(literal) ? ipaddr.process(literal) : null;
}

function nameOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, '');
}

/** In 2000::/3, of which alone networks are given out: https://www.iana.org/assignments/ipv6-address-space */
function isGlobalUnicast(address: ipaddr.IPv6): boolean {
  return (address.parts[0] ?? 0) >> 13 === 1;
}

/**
 * Whether a URL's host is in the network of the device and not in the public one, as far as its name tells: loopback,
 * RFC 1918, link-local and the like. https://wicg.github.io/local-network-access/#ip-address-space
 */
export function isPrivate(url: URL): boolean {
  const address = addressOf(url);
  if (!address) return LOCAL_NAMES.test(nameOf(url));
  return address.range() !== 'unicast' || (address instanceof ipaddr.IPv6 && !isGlobalUnicast(address));
}

/**
 * The same as regular expressions over whole URLs, for a browser that matches requests itself; IPv4 in IPv6 always counts
 * as private. Several, because a browser bounds each.
 */
export const PRIVATE_URLS: string[] = [
  '(0|10|127)\\.[0-9.]+',
  '(169\\.254|192\\.168|192\\.0\\.[02])\\.[0-9.]+',
  '172\\.(1[6-9]|2[0-9]|3[01])\\.[0-9.]+',
  '100\\.(6[4-9]|[789][0-9]|1[01][0-9]|12[0-7])\\.[0-9.]+',
  '(22[4-9]|23[0-9]|24[0-9]|25[0-5])\\.[0-9.]+',
  '(198\\.1[89]|198\\.51\\.100|203\\.0\\.113)\\.[0-9.]+',
  // All but 2000::/3, then what is reserved of that.
  '\\[([^23]|[23][0-9a-f]{0,2}:)[^/]*\\]',
  '\\[(2002:|2001:([0-9a-f]{0,2}|1[0-9a-f]{2}|db8):|3fff:[0-9a-f]{0,3}:|2620:4f:8000:)[^/]*\\]',
  '[^/.:@[]+\\.?',
  '([^/:@]+\\.)?(localhost|local|internal|home\\.arpa)\\.?',
].map((host) => `^(https?|wss?)://([^/@]*@)?${host}(:[0-9]+)?/`);

/** https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy, for HTTP(S). */
export function isPotentiallyTrustworthy(url: URL): boolean {
  if (url.protocol === 'https:') return true;
  const address = addressOf(url);
  return address ? address.range() === 'loopback' : LOOPBACK_NAMES.test(nameOf(url));
}
