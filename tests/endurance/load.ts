/** What sites download in an endurance run, and what may come of it. */
import { sha256 } from '../support/bytes.ts';
import type { LoggedRequest } from '../support/request-log.ts';
import type { PageRequest } from '../support/site-page.ts';
import type { Random } from './random.ts';

/** One request of a background fetch. */
export interface Wanted {
  kind: string;
  /** Its URL is absolute. */
  request: PageRequest;
  /** What the stored body may be. */
  hashes: string[];
  /** What it comes to, where nothing but what the extension has to cope with befalls it. */
  result: 'success' | 'bad-status' | 'fetch-error';
  /** Whether a body that broke off is continued. */
  resumable: boolean;
}

/** A background fetch that a site begins. */
export interface PlannedFetch {
  id: string;
  origin: string;
  requests: Wanted[];
}

interface Kind {
  name: string;
  weight: number;
  /** `name` is the run's only one of this name; `other` is another origin. */
  draw(random: Random, name: string, origin: string, other: string): Omit<Wanted, 'kind'>[];
}

const KB = 1000;
const MB = 1000 * KB;
const EXPOSED = 'cors=*&expose=ETag,Content-Range,Accept-Ranges,Content-Length';
/** As often as a server changes a body in these runs. */
const CHANGES = 2;

function body(
  random: Random,
  name: string,
  origin: string,
  {
    size,
    query,
    versions = 1,
    resumable,
  }: { size: number; query: string; versions?: number; resumable: boolean },
): Omit<Wanted, 'kind'> {
  // It lasts a few seconds, so that what befalls the browser befalls it.
  const rate = Math.ceil(size / random.int(1, 5));
  return {
    request: { url: `${origin}/bytes/${name}?size=${size}&rate=${rate}${query && `&${query}`}` },
    hashes: Array.from({ length: versions }, (_, version) => sha256(name, size, version)),
    result: 'success',
    resumable,
  };
}

export const KINDS: Kind[] = [
  {
    name: 'resumable',
    weight: 6,
    draw(random, name, origin) {
      const size = random.int(500 * KB, 9 * MB);
      const at = () => random.int(1, size - 1);
      const query = random.pick([
        '',
        '',
        'length=no',
        'etag=none&modified',
        'short-range',
        `drop=${at()},${at()}`,
        `drop=${at()}&length=no`,
        `reset=${at()}&drops=1`,
        `stall=${at()}&drops=1`,
      ]);
      return [body(random, name, origin, { size, query, resumable: true })];
    },
  },
  {
    name: 'changing',
    weight: 2,
    draw(random, name, origin) {
      const size = random.int(500 * KB, 5 * MB);
      const query = `etag=changing&changes=${CHANGES}&drop=${random.int(1, size - 1)}&drops=1`;
      return [body(random, name, origin, { size, query, versions: CHANGES + 1, resumable: false })];
    },
  },
  {
    name: 'from zero',
    weight: 3,
    draw(random, name, origin) {
      const size = random.int(100 * KB, 3 * MB);
      const query = random.pick([
        'ranges=no',
        'etag=none',
        'etag=weak',
        'gzip=force',
        'gzip=force&length=no',
      ]);
      return [body(random, name, origin, { size, query, resumable: false })];
    },
  },
  {
    name: 'cross-origin',
    weight: 3,
    draw(random, name, _origin, other) {
      const size = random.int(100 * KB, 4 * MB);
      const exposed = random.pick([true, false]);
      const query = exposed ? EXPOSED : 'cors=*';
      return [body(random, name, other, { size, query, resumable: exposed })];
    },
  },
  {
    name: 'redirected',
    weight: 1,
    draw(random, name, origin, other) {
      const size = random.int(10 * KB, 500 * KB);
      const target = random.pick([
        `${origin}/bytes/${name}?size=${size}`,
        `${other}/bytes/${name}?size=${size}&cors=*`,
      ]);
      return [
        {
          request: { url: `${origin}/bytes/to-${name}?cors=*&redirect=${encodeURIComponent(target)}` },
          hashes: [sha256(name, size)],
          result: 'success',
          resumable: false,
        },
      ];
    },
  },
  {
    name: 'many small',
    weight: 3,
    draw: (random, name, origin) =>
      Array.from({ length: random.int(10, 60) }, (_, index) => {
        const size = random.int(1, 30 * KB);
        return {
          request: { url: `${origin}/bytes/${name}-${index}?size=${size}` },
          hashes: [sha256(`${name}-${index}`, size)],
          result: 'success',
          resumable: false,
        };
      }),
  },
  {
    name: 'server in trouble',
    weight: 2,
    draw(random, name, origin) {
      const size = random.int(1 * KB, 300 * KB);
      const query = `status=${random.pick([503, 500, 429])}&times=${random.int(1, 3)}&retry-after=${random.int(0, 1)}`;
      return [
        {
          request: { url: `${origin}/bytes/${name}?size=${size}&${query}` },
          hashes: [sha256(name, size)],
          result: 'success',
          resumable: false,
        },
      ];
    },
  },
  {
    name: 'missing',
    weight: 1,
    draw: (_random, name, origin) => [
      {
        request: { url: `${origin}/bytes/${name}?status=404` },
        hashes: [],
        result: 'bad-status',
        resumable: false,
      },
    ],
  },
  {
    name: 'refused by CORS',
    weight: 1,
    draw: (_random, name, _origin, other) => [
      {
        request: { url: `${other}/bytes/${name}?size=1000` },
        hashes: [],
        result: 'fetch-error',
        resumable: false,
      },
    ],
  },
  {
    name: 'upload',
    weight: 2,
    draw(random, name, origin) {
      const size = random.int(1, 400) * KB;
      return [
        {
          request: {
            url: `${origin}/bytes/${name}?size=500`,
            method: 'POST',
            body: { blob: `/bytes/photo?size=${size}`, type: 'image/jpeg' },
          },
          hashes: [sha256(name, 500)],
          result: 'success',
          resumable: false,
        },
      ];
    },
  },
];

export function drawFetch(random: Random, id: string, origin: string, other: string): PlannedFetch {
  const requests = Array.from({ length: random.int(1, 3) }, (_, index) => {
    const kind = random.weighted(KINDS);
    return kind
      .draw(random, `${id}-${index}`, origin, other)
      .map((wanted) => ({ kind: kind.name, ...wanted }));
  });
  return { id, origin, requests: requests.flat() };
}

/** So many tries in a row that brought nothing end a record (lib/downloader/retry.ts). */
const MAX_TRIES = 8;
const MAX_TRIES_UNANSWERED = 3;

/**
 * What may come of a request, by what the server saw of it: it fails for good where it was refused, or broke off, as often
 * as the extension tries.
 */
export function mayComeTo(
  { request, result, resumable }: Wanted,
  origin: string,
  seen: LoggedRequest[],
): string[] {
  if (request.method === 'POST') return [result, 'fetch-error'];
  const inVain = seen.filter(
    ({ status, outcome, sent }) => status >= 400 || (outcome === 'cut' && !(resumable && sent > 0)),
  );
  const most = new URL(request.url).origin === origin ? MAX_TRIES : MAX_TRIES_UNANSWERED;
  return inVain.length < most ? [result] : [result, 'fetch-error', 'bad-status'];
}
