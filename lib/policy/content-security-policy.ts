/**
 * What of a Content Security Policy is about the URLs that a page may fetch. The policy that counts is that of the page
 * which called; by the time of the fetch the page may be gone, and our requests pass by it.
 */
import parseContentSecurityPolicy from 'content-security-policy-parser';

/** The source expressions of one policy for connections. */
export type SourceList = string[];

const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' };
/** scheme "://", host, port and path of a host-source: https://w3c.github.io/webappsec-csp/#grammardef-host-source */
const HOST_SOURCE =
  /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::(\d+|\*))?(\/[^?#]*)?$/i;
const SCHEME_SOURCE = /^([a-z][a-z0-9+.-]*):$/i;

/**
 * The source lists of those among `policies` that restrict connections. A serialised policy may be several, joined by
 * commas: https://w3c.github.io/webappsec-csp/#parse-response-csp
 */
export function connectSources(policies: string[]): SourceList[] {
  return policies
    .flatMap((policy) => policy.split(','))
    .flatMap((policy) => {
      const directives = parseContentSecurityPolicy(policy);
      const sources = directives.get('connect-src') ?? directives.get('default-src');
      return sources ? [sources] : [];
    });
}

/**
 * Whether every list allows the URL. After a redirect paths are not compared, because that would tell the site where
 * the redirect led. https://w3c.github.io/webappsec-csp/#match-url-to-source-list
 */
export function allowsConnection(lists: SourceList[], url: URL, self: URL, redirected = false): boolean {
  return lists.every((list) => list.some((expression) => matches(expression, url, self, redirected)));
}

/** https://w3c.github.io/webappsec-csp/#match-url-to-source-expression */
function matches(expression: string, url: URL, self: URL, redirected: boolean): boolean {
  if (expression === '*') return DEFAULT_PORTS[url.protocol] !== undefined || url.protocol === self.protocol;
  if (expression.toLowerCase() === "'self'") return matchesSelf(url, self);
  const scheme = SCHEME_SOURCE.exec(expression)?.[1];
  if (scheme !== undefined) return schemePartMatches(scheme, url);
  const source = HOST_SOURCE.exec(expression);
  if (!source) return false;
  const [, schemePart, hostPart = '', portPart, pathPart] = source;
  return (
    schemePartMatches(schemePart ?? self.protocol.slice(0, -1), url) &&
    hostPartMatches(hostPart, url.hostname) &&
    portPartMatches(portPart, url) &&
    (redirected || pathPart === undefined || pathPartMatches(pathPart, url.pathname))
  );
}

function matchesSelf(url: URL, self: URL): boolean {
  if (url.origin === self.origin) return true;
  const samePort = url.port === self.port || (url.port === '' && self.port === '');
  return url.hostname === self.hostname && samePort && self.protocol === 'http:' && url.protocol === 'https:';
}

/** https://w3c.github.io/webappsec-csp/#scheme-part-match */
function schemePartMatches(scheme: string, url: URL): boolean {
  const wanted = `${scheme.toLowerCase()}:`;
  return wanted === url.protocol || (wanted === 'http:' && url.protocol === 'https:');
}

/** https://w3c.github.io/webappsec-csp/#host-part-match */
function hostPartMatches(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  if (wanted === '*') return true;
  return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted;
}

/** https://w3c.github.io/webappsec-csp/#port-part-match */
function portPartMatches(pattern: string | undefined, url: URL): boolean {
  if (pattern === '*') return true;
  const defaultPort = DEFAULT_PORTS[url.protocol];
  const port = url.port || defaultPort;
  if (pattern === undefined) return port === defaultPort;
  return port === pattern || (pattern === '80' && port === '443');
}

/** https://w3c.github.io/webappsec-csp/#path-part-match */
function pathPartMatches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const exact = wanted.at(-1) !== '';
  if (!exact) wanted.pop();
  if (exact ? wanted.length !== given.length : wanted.length >= given.length) return false;
  return wanted.every((piece, i) => decode(piece) === decode(given[i] ?? ''));
}

function decode(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch (error) {
    if (error instanceof URIError) return piece;
    throw error;
  }
}
