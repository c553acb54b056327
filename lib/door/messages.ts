/**
 * The shape of everything that a site's code may send, with bounds. Pages are hostile: what passes here is safe to store
 * and to send on, nothing else is looked at.
 */
import * as v from 'valibot';
import type { ArgumentOf, EventCalls, SiteCalls } from '../protocol/calls.ts';

const MAX_REQUESTS = 20_000;
const MAX_URL = 64 * 1024;
const MAX_TEXT = 64 * 1024;
const MAX_ICONS = 32;

const text = (length: number) => v.pipe(v.string(), v.maxLength(length));
const size = v.pipe(v.number(), v.integer(), v.minValue(0));

/** An HTTP(S) URL without credentials, in its serialised form. */
const httpUrl = v.pipe(
  text(MAX_URL),
  v.check((value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, username, password, href } = new URL(value);
    return /^https?:$/.test(protocol) && username === '' && password === '' && href === value;
  }, 'not an HTTP(S) URL without credentials'),
);

/** https://fetch.spec.whatwg.org/#concept-header: a token, and a value without line breaks. */
const header = v.tuple([
  v.pipe(text(1024), v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/)),
  v.pipe(text(MAX_TEXT), v.regex(/^[^\0\r\n]*$/)),
]);

const requestHead = v.strictObject({
  url: httpUrl,
  method: v.pipe(text(64), v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/)),
  headers: v.pipe(v.array(header), v.maxLength(256)),
  mode: v.picklist(['cors', 'same-origin']),
  credentials: v.picklist(['omit', 'same-origin', 'include']),
  cache: v.picklist(['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached']),
  redirect: v.picklist(['follow', 'error', 'manual']),
  referrer: text(MAX_URL),
  referrerPolicy: v.picklist([
    '',
    'no-referrer',
    'no-referrer-when-downgrade',
    'same-origin',
    'origin',
    'strict-origin',
    'origin-when-cross-origin',
    'strict-origin-when-cross-origin',
    'unsafe-url',
  ]),
  integrity: text(MAX_TEXT),
});

const image = v.strictObject({
  src: text(MAX_URL),
  sizes: v.exactOptional(text(1024)),
  type: v.exactOptional(text(1024)),
  label: v.exactOptional(text(1024)),
});

const uiOptions = v.strictObject({
  title: v.exactOptional(text(MAX_TEXT)),
  icons: v.exactOptional(v.pipe(v.array(image), v.maxLength(MAX_ICONS))),
});

const flags = v.strictObject({
  ignoreSearch: v.boolean(),
  ignoreMethod: v.boolean(),
  ignoreVary: v.boolean(),
});
const key = text(64);

type Schemas<Calls> = { [Name in keyof Calls & string]: v.GenericSchema<unknown, ArgumentOf<Calls, Name>> };

export const siteCallSchemas: Schemas<SiteCalls> = {
  fetch: v.strictObject({
    scope: httpUrl,
    id: text(MAX_TEXT),
    requests: v.pipe(
      v.array(v.strictObject({ head: requestHead, body: v.nullable(v.instance(Blob)) })),
      v.minLength(1),
      v.maxLength(MAX_REQUESTS),
    ),
    downloadTotal: v.pipe(v.number(), v.minValue(0), v.finite()),
    ui: uiOptions,
  }),
  get: v.strictObject({ scope: httpUrl, id: text(MAX_TEXT) }),
  getIds: v.strictObject({ scope: httpUrl }),
  abort: v.strictObject({ key }),
  match: v.strictObject({ key, request: v.nullable(requestHead), options: flags, first: v.boolean() }),
  read: v.strictObject({ key, index: size, generation: size, offset: size, headKnown: v.boolean() }),
};

export const eventCallSchemas: Schemas<EventCalls> = {
  updateUI: uiOptions,
  openWindow: v.strictObject({ url: httpUrl }),
  settled: v.strictObject({ handlers: size, errors: v.pipe(v.array(text(4096)), v.maxLength(100)) }),
};
