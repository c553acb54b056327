/** What the browser changes of a single request or answer of ours, which it knows by a random token. */
export type Rule =
  /** A host frame: what keeps it from loading is taken off the answer. */
  | { of: 'host frame' }
  /**
   * What a host frame then requests. It goes nowhere, by no redirect, where this fetcher (see lib/policy/refusal.ts) may
   * not go. Of other sites: no cookies go with it, and none stay. The frame's top document is ours, for which neither
   * browser blocks or partitions them as it does for the site's page.
   */
  | { of: 'host frame requests'; fetcher: { origin: string; connectSources: string[][] } }
  /** A same-origin request: servers see what they would of the page's own. `referer` is '' for none. */
  | { of: 'request'; referer: string; mode: 'cors' | 'same-origin' };

/** Puts the rule for `token` in force; null ends it. */
export type SetRule = (token: string, rule: Rule | null) => Promise<void>;
