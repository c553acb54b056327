/**
 * What the background has to know of the page that calls, seen from the extension's world: the page can change its
 * address and its elements, but neither what was loaded nor what the browser says of the person's activation.
 */
import type { ClientState } from '../protocol/calls.ts';

const REFERRER_POLICIES: readonly string[] = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] satisfies ReferrerPolicy[];

/** What counts where a document's own policies are not to be had: any of them may forbid other origins. */
const UNKNOWN_POLICY = "connect-src 'self'";

/** What was found, and whether it is all there is. */
type Policies = Omit<ClientState, 'activated'> & { complete: boolean };

/** To be called before any script of the page runs. */
export function watchClient(): () => Promise<ClientState> {
  const url = documentUrl();
  let reading: Promise<Policies> | undefined;
  return async () => {
    // Read before anything is waited for: it lasts a few seconds.
    const activated = navigator.userActivation.isActive;
    reading ??= readPolicies(url);
    const { complete, ...found } = await reading;
    if (!complete) reading = undefined;
    return { activated, ...found };
  };
}

/** Whether a document above this one is of another origin. */
export function isEmbedded(): boolean {
  for (let frame: Window = window; frame !== frame.parent; frame = frame.parent) {
    if (originOf(frame.parent) !== origin) return true;
  }
  return false;
}

/** Null where that is not for us to see. */
function originOf(frame: Window): string | null {
  try {
    return frame.origin;
  } catch {
    // Of another origin: a SecurityError, of the page's realm in Firefox.
    return null;
  }
}

/** The document's URL, or where it was made by another document (about:, blob:), that one's; null where it has none. */
function documentUrl(): string | null {
  for (let frame: Window = window; originOf(frame) === origin; frame = frame.parent) {
    const { protocol, href } = frame.location;
    if (protocol === 'https:' || protocol === 'http:') return href;
    if (frame === frame.parent) break;
  }
  return null;
}

/**
 * Nothing tells a document's headers, so the document is fetched once more, from the browser's cache where it is there.
 * Elements count as they were delivered and as they are now: a script may have taken out the one that limits it.
 */
async function readPolicies(url: string | null): Promise<Policies> {
  const delivered = url === null ? null : await fetchDocument(url);
  const documents = delivered?.document ? [delivered.document, document] : [document];
  const header = (name: string) => delivered?.headers.get(name) ?? '';
  // Without a line no page could read it, and none can see to it that there is no line.
  const isOffline = url !== null && !navigator.onLine;
  const unknown = delivered || isOffline ? '' : UNKNOWN_POLICY;
  return {
    policies: [unknown, header('content-security-policy'), ...documents.flatMap(metaPolicies)].filter(
      Boolean,
    ),
    referrerPolicy: lastReferrerPolicy([
      header('referrer-policy'),
      ...metaContents(document, 'name', 'referrer'),
    ]),
    complete: delivered !== null,
  };
}

async function fetchDocument(url: string): Promise<{ headers: Headers; document: Document | null } | null> {
  try {
    const response = await fetch(url, { cache: 'force-cache', mode: 'same-origin' });
    const { ok, status, headers } = response;
    // A script can have the server refuse (by cookies that are too long). A page that its service worker alone knows is not found.
    if (!ok && status !== 404) throw new Error(`The server answers ${status}.`);
    if (!/^text\/html\b/i.test(headers.get('content-type') ?? '')) return { headers, document: null };
    return { headers, document: new DOMParser().parseFromString(await response.text(), 'text/html') };
  } catch (error) {
    console.warn("Backfetch: this page's policies can't be read now.", error);
    return null;
  }
}

function metaPolicies(from: Document): string[] {
  return metaContents(from, 'http-equiv', 'content-security-policy');
}

function metaContents(from: Document, attribute: string, value: string): string[] {
  const elements = from.querySelectorAll<HTMLMetaElement>(`meta[${attribute}="${value}" i]`);
  return [...elements].map(({ content }) => content);
}

/** https://w3c.github.io/webappsec-referrer-policy/#parse-referrer-policy-from-header, for all places that tell one. */
function lastReferrerPolicy(values: string[]): ReferrerPolicy {
  const tokens = values.flatMap((value) => value.toLowerCase().split(',')).map((token) => token.trim());
  return (tokens.findLast((token) => REFERRER_POLICIES.includes(token)) ?? '') as ReferrerPolicy;
}
