/**
 * A worker from a blob: URL resolves no relative URL. So what takes URLs gets them resolved against the URL of the
 * site's script, as in its service worker. Proxies, because the functions then still look native.
 */
export function resolveAgainst(base: string, scope: typeof globalThis): void {
  /** Strings and URLs resolved; Requests, and what no URL can be made of, as they are. */
  const resolve = (input: unknown): unknown => {
    if (input === undefined || input instanceof scope.Request) return input;
    const text = String(input);
    return URL.parse(text, base)?.href ?? text;
  };
  const first = ([input, ...rest]: unknown[]) => [resolve(input), ...rest];
  const every = (inputs: unknown[]) => inputs.map(resolve);
  const list = ([inputs, ...rest]: [Iterable<unknown>, ...unknown[]]) => [
    Array.from(inputs, resolve),
    ...rest,
  ];

  intercept(scope, 'Request', first);
  intercept(scope, 'fetch', first);
  intercept(scope, 'importScripts', every);
  intercept(scope.Response, 'redirect', first);
  intercept(scope.CacheStorage.prototype, 'match', first);
  for (const name of ['match', 'matchAll', 'put', 'add', 'delete', 'keys'] as const) {
    intercept(scope.Cache.prototype, name, first);
  }
  intercept(scope.Cache.prototype, 'addAll', list);
}

/** Has the function or constructor `name` get its arguments through `change`. */
function intercept(holder: object, name: string, change: (args: never) => unknown[]): void {
  const native: unknown = Reflect.get(holder, name);
  if (typeof native !== 'function') return;
  // None are left none, so that the browser finds what is missing.
  const changed = (args: unknown[]) => (args.length === 0 ? args : change(args as never));
  const resolving: unknown = new Proxy(native, {
    apply: (target, self, args) => Reflect.apply(target, self, changed(args)),
    construct: (target, args, newTarget) => Reflect.construct(target, changed(args), newTarget),
  });
  Reflect.set(holder, name, resolving);
  const { prototype } = native as { prototype?: object };
  if (prototype) Reflect.set(prototype, 'constructor', resolving);
}
