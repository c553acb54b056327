/**
 * The conversions of Web IDL (https://webidl.spec.whatwg.org/#js-type-mapping) that our interfaces need; why they are ours
 * is in docs/decisions/0010-conversions-of-our-own.md. Every function throws a TypeError where Web IDL does.
 */
import type { CacheQueryFlags } from '../protocol/calls.ts';
import type { ImageResource, UIOptions } from '../protocol/wire.ts';

/** What only our own code has: constructors without it are illegal, as Web IDL wants of interfaces without one. */
export const internal = Symbol('internal');

export function assertInternal(guard: symbol): void {
  if (guard !== internal) throw new TypeError('Illegal constructor');
}

export function assertArguments(given: unknown[], required: number): void {
  if (given.length < required) {
    throw new TypeError(
      `${required} argument${required > 1 ? 's' : ''} required, but only ${given.length} present.`,
    );
  }
}

/**
 * Gives a class the shape that Web IDL fixes and makes it an interface object of `global`. `lengths` are the numbers of
 * required arguments of the operations that have any. Names are set here because a minifier changes those of classes.
 */
export function defineInterface(
  global: object,
  name: string,
  interfaceObject: { prototype: object },
  lengths: Record<string, number> = {},
): void {
  const { prototype } = interfaceObject;
  Object.defineProperty(interfaceObject, 'name', { value: name });
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== 'constructor') Object.defineProperty(prototype, member, { enumerable: true });
  }
  for (const [operation, length] of Object.entries(lengths)) {
    Object.defineProperty(Reflect.get(prototype, operation), 'length', { value: length });
  }
  Object.defineProperty(global, name, {
    value: interfaceObject,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

/** https://webidl.spec.whatwg.org/#js-DOMString */
export function toDOMString(value: unknown): string {
  // Not String(value): that takes symbols.
  return `${value}`;
}

/** https://webidl.spec.whatwg.org/#js-USVString */
export function toUSVString(value: unknown): string {
  return toDOMString(value).toWellFormed();
}

/** https://webidl.spec.whatwg.org/#js-unsigned-long-long, without extended attributes; above 2^53 the nearest double. */
export function toUnsignedLongLong(value: unknown): number {
  const number = Math.trunc(+(value as number));
  if (!Number.isFinite(number)) return 0;
  const modulo = number % 2 ** 64;
  // + 0 makes -0 into 0.
  return (modulo < 0 ? modulo + 2 ** 64 : modulo) + 0;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Gives a reader of the members of a dictionary; absent members are undefined. */
export function toDictionary(value: unknown): (member: string) => unknown {
  if (value === undefined || value === null) return () => undefined;
  if (!isObject(value)) throw new TypeError('The provided value is not of a dictionary type.');
  return (member) => Reflect.get(value, member);
}

/** The `@@iterator` method of an object; undefined where it is none, and so no sequence. */
function iteratorMethod(value: unknown): (() => Iterator<unknown>) | undefined {
  if (!isObject(value)) return undefined;
  const method: unknown = Reflect.get(value, Symbol.iterator);
  if (method === undefined || method === null) return undefined;
  if (typeof method !== 'function')
    throw new TypeError('The object must have a callable @@iterator property.');
  return () => method.call(value);
}

/** https://webidl.spec.whatwg.org/#create-sequence-from-iterable */
function toSequence<T>(iterate: () => Iterator<unknown>, convert: (item: unknown) => T): T[] {
  // Not by a for loop, nor Array.from(): these close the iterator when a conversion throws.
  const iterator = iterate();
  const { next } = iterator;
  const sequence: T[] = [];
  for (;;) {
    const result = next.call(iterator);
    if (!isObject(result)) throw new TypeError('The iterator must give objects.');
    if (result.done) return sequence;
    sequence.push(convert(result.value));
  }
}

const requestUrl = Object.getOwnPropertyDescriptor(Request.prototype, 'url')?.get;

/** Whether it is a Request of any realm: `instanceof` knows this realm's only, and believes forged prototypes. */
export function isRequest(value: unknown): value is Request {
  try {
    requestUrl?.call(value);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** https://fetch.spec.whatwg.org/#requestinfo */
export function toRequestInfo(value: unknown): Request | string {
  return isRequest(value) ? value : toUSVString(value);
}

/** `(RequestInfo or sequence<RequestInfo>)`, a single one as a list of one. */
export function toRequestInfos(value: unknown): (Request | string)[] {
  const iterate = isRequest(value) ? undefined : iteratorMethod(value);
  return iterate ? toSequence(iterate, toRequestInfo) : [toRequestInfo(value)];
}

/** https://w3c.github.io/image-resource/#dom-imageresource */
function toImageResource(value: unknown): ImageResource {
  const member = toDictionary(value);
  const optional = <Name extends string>(name: Name, convert: (value: unknown) => string) => {
    const value = member(name);
    return value === undefined ? {} : ({ [name]: convert(value) } as Record<Name, string>);
  };
  // Each is converted before the next is read.
  const label = optional('label', toUSVString);
  const sizes = optional('sizes', toDOMString);
  const src = member('src');
  if (src === undefined) throw new TypeError("ImageResource: the required member 'src' is undefined.");
  return { ...label, ...sizes, src: toUSVString(src), ...optional('type', toDOMString) };
}

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchuioptions */
export function toUIOptions(value: unknown): UIOptions {
  const member = toDictionary(value);
  const icons = member('icons');
  const options: UIOptions = {};
  if (icons !== undefined) {
    const iterate = iteratorMethod(icons);
    if (!iterate) throw new TypeError("BackgroundFetchUIOptions: 'icons' is not a sequence.");
    options.icons = toSequence(iterate, toImageResource);
  }
  const title = member('title');
  if (title !== undefined) options.title = toDOMString(title);
  return options;
}

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchoptions; `downloadTotal` in bytes, 0 for unknown. */
export function toOptions(value: unknown): { ui: UIOptions; downloadTotal: number } {
  const ui = toUIOptions(value);
  const downloadTotal = toDictionary(value)('downloadTotal');
  return { ui, downloadTotal: downloadTotal === undefined ? 0 : toUnsignedLongLong(downloadTotal) };
}

/** https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions */
export function toCacheQueryOptions(value: unknown): CacheQueryFlags {
  const member = toDictionary(value);
  const ignoreMethod = Boolean(member('ignoreMethod'));
  const ignoreSearch = Boolean(member('ignoreSearch'));
  const ignoreVary = Boolean(member('ignoreVary'));
  return { ignoreMethod, ignoreSearch, ignoreVary };
}
