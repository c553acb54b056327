/** A WorkerLocation (https://html.spec.whatwg.org/#workerlocation) of the site's script, not of the blob: URL. */
export function createLocation(scriptURL: string): object {
  const url = new URL(scriptURL);
  const get = (value: string) => ({ get: () => value, enumerable: true });
  return Object.create(Reflect.get(globalThis, 'WorkerLocation').prototype, {
    href: get(url.href),
    origin: get(url.origin),
    protocol: get(url.protocol),
    host: get(url.host),
    hostname: get(url.hostname),
    port: get(url.port),
    pathname: get(url.pathname),
    search: get(url.search),
    hash: get(url.hash),
    toString: { value: () => url.href },
  });
}
