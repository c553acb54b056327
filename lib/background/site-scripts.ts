import browser, { type Scripting } from 'webextension-polyfill';

type Script = Pick<Scripting.RegisteredContentScript, 'js' | 'runAt'>;

/** Match patterns have no ports; a page of another port on the host finds nothing waiting for it. */
export function patternOf(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}

/** The patterns that a script is registered for, by its name, as far as this background has looked: it is asked at every change. */
const inForce = new Map<string, string>();

/**
 * Has `script` run in the pages to come of sites with these match patterns, and in no others. Returns the patterns that are
 * new. `name` tells scripts apart.
 */
export async function runInPagesOf(patterns: Set<string>, name: string, script: Script): Promise<string[]> {
  const wanted = [...patterns].sort().join(' ');
  if (inForce.get(name) === wanted) return [];
  inForce.delete(name);
  const scripts = await browser.scripting.getRegisteredContentScripts();
  const registered = scripts.filter(({ id }) => id.startsWith(`${name} `));
  const isWanted = ({ matches }: Scripting.RegisteredContentScript) => patterns.has(matches?.[0] ?? '');
  const stale = registered.filter((each) => !isWanted(each));
  if (stale.length > 0) await browser.scripting.unregisterContentScripts({ ids: stale.map(({ id }) => id) });
  const known = new Set(registered.filter(isWanted).map(({ matches }) => matches?.[0]));
  const fresh = [...patterns].filter((pattern) => !known.has(pattern));
  if (fresh.length > 0) {
    await browser.scripting.registerContentScripts(
      fresh.map((pattern) => ({
        ...script,
        id: `${name} ${pattern}`,
        matches: [pattern],
        persistAcrossSessions: true,
      })),
    );
  }
  inForce.set(name, wanted);
  return fresh;
}
