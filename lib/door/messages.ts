/**
 * The shape of everything that a site's code may send, with bounds. Pages are hostile: what passes here is safe to store
 * and to send on, nothing else is looked at.
 */
import * as v from 'valibot';
import type { AgentCalls } from '../protocol/agent.ts';
import type { ArgumentOf, EventCalls, ResultOf, SiteCalls } from '../protocol/calls.ts';

const MAX_REQUESTS = 20_000;
const MAX_URL = 64 * 1024;
const MAX_TEXT = 64 * 1024;
const MAX_ICONS = 32;
/** Characters of all icons' URLs, of which some may be data: URLs. */
const MAX_ICON_URLS = 256 * 1024;
/** What nobody could read, in a popup or a notification. */
const MAX_TITLE = 1024;
const MAX_POLICIES = 64;

const text = (length: number) => v.pipe(v.string(), v.maxLength(length));
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** An HTTP(S) URL without credentials, in its serialised form. */
const httpUrl = v.pipe(
  text(MAX_URL),
  v.check((value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, username, password, href } = new URL(value);
    return /^https?:$/.test(protocol) && username === '' && password === '' && href === value;
  }, 'not an HTTP(S) URL without credentials'),
);

/** https://fetch.spec.whatwg.org/#forbidden-request-header, but for those that hang on the value. */
const FORBIDDEN_HEADER =
  /^(?:accept-charset|accept-encoding|access-control-request-(?:headers|method)|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|(?:proxy|sec)-.*)$/i;
/** https://fetch.spec.whatwg.org/#forbidden-method */
const FORBIDDEN_METHOD = /^(?:connect|trace|track)$/i;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** https://fetch.spec.whatwg.org/#concept-header: a token, and a normalised value, which is of bytes. */
const header = v.tuple([
  v.pipe(text(1024), v.regex(TOKEN)),
  v.pipe(text(MAX_TEXT), v.regex(/^(?![\t ])[^\0\r\n\u0100-\uffff]*(?<![\t ])$/)),
]);

const referrerPolicy = v.picklist([
  '',
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
]);

const requestHead = v.strictObject({
  url: httpUrl,
  method: v.pipe(text(64), v.regex(TOKEN)),
  headers: v.pipe(v.array(header), v.maxLength(256)),
  mode: v.picklist(['cors', 'same-origin']),
  credentials: v.picklist(['omit', 'same-origin', 'include']),
  cache: v.picklist(['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached']),
  redirect: v.picklist(['follow', 'error', 'manual']),
  referrer: text(MAX_URL),
  referrerPolicy,
  integrity: text(MAX_TEXT),
});

/** What no Request of script can be; a FetchEvent's, which a site may match by, can. */
const scriptRequestHead = v.pipe(
  requestHead,
  v.check(
    ({ method, headers }) =>
      !FORBIDDEN_METHOD.test(method) && headers.every(([name]) => !FORBIDDEN_HEADER.test(name)),
    'a forbidden method or header',
  ),
);

const image = v.strictObject({
  src: v.string(),
  sizes: v.exactOptional(text(1024)),
  type: v.exactOptional(text(1024)),
  label: v.exactOptional(text(1024)),
});

/** The icons from the first on for which there is room. */
function fitting<Icon extends { src: string }>(icons: Icon[]): Icon[] {
  let left = MAX_ICON_URLS;
  return icons
    .filter(({ src }) => {
      if (src.length > left) return false;
      left -= src.length;
      return true;
    })
    .slice(0, MAX_ICONS);
}

/** Only for display: what is too much of it is left out, since a site has no reason to expect a failure. */
const uiOptions = v.strictObject({
  title: v.exactOptional(
    v.pipe(
      v.string(),
      v.transform((title) => title.slice(0, MAX_TITLE).toWellFormed()),
    ),
  ),
  icons: v.exactOptional(
    v.pipe(
      v.array(image),
      v.transform((icons) => fitting(icons)),
    ),
  ),
});

const client = v.strictObject({
  activated: v.boolean(),
  policies: v.pipe(v.array(text(MAX_TEXT)), v.maxLength(MAX_POLICIES)),
  referrerPolicy,
});

const flags = v.strictObject({
  ignoreSearch: v.boolean(),
  ignoreMethod: v.boolean(),
  ignoreVary: v.boolean(),
});
const key = text(64);

type Schemas<Calls> = { [Name in keyof Calls & string]: v.GenericSchema<unknown, ArgumentOf<Calls, Name>> };

export const siteCallSchemas: Schemas<SiteCalls> = {
  mayFetch: v.strictObject({ scope: httpUrl, isActive: v.boolean(), id: text(MAX_TEXT) }),
  fetch: v.strictObject({
    scope: httpUrl,
    isActive: v.boolean(),
    id: text(MAX_TEXT),
    requests: v.pipe(
      v.array(v.strictObject({ head: scriptRequestHead, body: v.nullable(v.instance(Blob)) })),
      v.minLength(1),
      v.maxLength(MAX_REQUESTS),
    ),
    referrer: text(MAX_URL),
    downloadTotal: v.pipe(v.number(), v.minValue(0), v.finite()),
    ui: uiOptions,
    client: v.exactOptional(client),
  }),
  get: v.strictObject({ scope: httpUrl, id: text(MAX_TEXT) }),
  watch: v.strictObject({ key }),
  getIds: v.strictObject({ scope: httpUrl }),
  unregistered: v.strictObject({ scope: httpUrl }),
  living: v.strictObject({ scopes: v.pipe(v.array(httpUrl), v.maxLength(10_000)), at: v.number() }),
  permission: v.undefined(),
  abort: v.strictObject({ key }),
  match: v.strictObject({ key, request: v.nullable(requestHead), options: flags, first: v.boolean() }),
  read: v.strictObject({ key, index: size, generation: size, offset: size, headKnown: v.boolean() }),
};

export const eventCallSchemas: Schemas<Omit<EventCalls, 'settled'>> = {
  updateUI: uiOptions,
  openWindow: v.strictObject({ url: httpUrl }),
  matchClients: v.undefined(),
  postToClient: v.strictObject({ id: text(64), message: v.unknown() }),
  focusClient: v.strictObject({ id: text(64) }),
};

const responseHead = v.strictObject({
  url: v.pipe(
    text(2 * MAX_URL),
    v.check((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'not an HTTP(S) URL'),
  ),
  status: v.pipe(size, v.minValue(100), v.maxValue(999)),
  statusText: text(MAX_TEXT),
  headers: v.pipe(v.array(header), v.maxLength(4096)),
  type: v.picklist(['basic', 'cors']),
  redirected: v.boolean(),
});

type Answers<Calls> = { [Name in keyof Calls & string]: v.GenericSchema<unknown, ResultOf<Calls, Name>> };

/**
 * What our agent answers: it is ours, but in a process that the site may have taken over. What it says of an event, or
 * the site's worker says by it, is only data.
 */
export const agentAnswerSchemas: Answers<AgentCalls> = {
  ping: v.undefined(),
  fetch: responseHead,
  uploaded: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  read: v.nullable(v.instance(Blob)),
  cancel: v.undefined(),
  deliver: v.variant('outcome', [
    v.object({
      outcome: v.literal('settled'),
      handlers: v.fallback(v.number(), 0),
      errors: v.fallback(v.pipe(v.array(text(4096)), v.maxLength(100)), []),
    }),
    v.object({ outcome: v.literal('no-registration') }),
    v.object({ outcome: v.literal('unreachable'), reason: v.fallback(text(4096), '') }),
  ]),
  admit: v.undefined(),
  update: v.boolean(),
  dismiss: v.undefined(),
  store: v.undefined(),
};
