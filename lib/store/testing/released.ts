/**
 * Databases as released versions left them. An entry is added with each release that changes the database, by hand and
 * without any of the database's own code, and never changed after: people have these. (0.1.0 is not released yet; until
 * then it follows the schema.)
 */

interface Released {
  /** Of the extension. */
  version: string;
  /** Of the database, as IndexedDB counts: Dexie's times ten. */
  databaseVersion: number;
  stores: {
    name: string;
    options: IDBObjectStoreParameters;
    /** Key paths; an index is called as Dexie calls it. */
    indexes: Record<string, string | string[]>;
    rows: object[];
  }[];
}

const REQUEST = {
  method: 'GET',
  headers: [],
  mode: 'cors',
  credentials: 'same-origin',
  cache: 'default',
  redirect: 'follow',
  referrer: 'about:client',
  referrerPolicy: '',
  integrity: '',
};

const FETCH = {
  origin: 'https://site.example',
  scope: 'https://site.example/',
  icons: [{ src: 'https://site.example/icon.png', sizes: '96x96' }],
  downloadTotal: 10,
  uploadTotal: 0,
  uploaded: 0,
  storedBytes: 0,
  recordCount: 1,
  settledCount: 0,
  firstFailure: '',
  listed: 1,
  connectSources: [],
  referrer: '',
  referrerPolicy: '',
  pausable: true,
  result: '',
  failureReason: '',
  recordsAvailable: true,
  startedAt: 1_800_000_000_000,
  settledAt: 0,
  doneAt: 0,
  retryAt: 0,
  failedTries: 0,
  triesAllowed: 0,
  deliveredBy: '',
  deliveryAttempts: 0,
  unreachableAttempts: 0,
};

const RECORD = {
  index: 0,
  requestBody: null,
  generation: 1,
  response: {
    url: 'https://site.example/film',
    status: 200,
    statusText: 'OK',
    headers: [['etag', '"film"']],
    type: 'basic',
    redirected: false,
  },
  result: '',
  pieces: [],
  storedBytes: 0,
  asSite: false,
  sent: false,
  failedTries: 0,
  retryAt: 0,
};

export const RELEASED: Released[] = [
  {
    version: '0.1.0',
    databaseVersion: 10,
    stores: [
      {
        name: 'backgroundFetches',
        options: { keyPath: 'key' },
        indexes: {
          state: 'state',
          origin: 'origin',
          '[scope+listed]': ['scope', 'listed'],
          '[scope+id+listed]': ['scope', 'id', 'listed'],
        },
        rows: [
          {
            ...FETCH,
            key: 'half',
            id: 'half',
            title: 'Half',
            state: 'paused',
            downloaded: 4,
            storedBytes: 4,
          },
          {
            ...FETCH,
            key: 'whole',
            id: 'whole',
            title: 'Whole',
            state: 'settled',
            listed: 0,
            downloaded: 10,
            storedBytes: 10,
            settledCount: 1,
            result: 'success',
            settledAt: 1_800_000_100_000,
          },
          {
            ...FETCH,
            key: 'old',
            id: 'old',
            title: 'Old',
            state: 'done',
            listed: 0,
            downloaded: 10,
            settledCount: 1,
            result: 'success',
            recordsAvailable: false,
            settledAt: 1_800_000_100_000,
            doneAt: 1_800_000_200_000,
            deliveredBy: 'event',
            deliveryAttempts: 1,
          },
        ],
      },
      {
        name: 'records',
        options: { keyPath: ['fetchKey', 'index'] },
        indexes: { '[fetchKey+result]': ['fetchKey', 'result'] },
        rows: [
          {
            ...RECORD,
            fetchKey: 'half',
            request: { ...REQUEST, url: 'https://site.example/film' },
            pieces: [{ body: 1, start: 0, end: 4 }],
            storedBytes: 4,
          },
          {
            ...RECORD,
            fetchKey: 'whole',
            request: { ...REQUEST, url: 'https://site.example/song' },
            result: 'success',
            pieces: [{ body: 2, start: 0, end: 10 }],
            storedBytes: 10,
          },
        ],
      },
      {
        name: 'bodies',
        options: { keyPath: 'id', autoIncrement: true },
        indexes: { fetchKey: 'fetchKey' },
        rows: [
          { id: 1, fetchKey: 'half', content: new Blob(['half']) },
          { id: 2, fetchKey: 'whole', content: new Blob(['whole song']) },
        ],
      },
      {
        name: 'icons',
        options: { keyPath: 'fetchKey' },
        indexes: {},
        rows: [
          {
            fetchKey: 'half',
            url: 'https://site.example/icon.png',
            image: new Blob([], { type: 'image/png' }),
          },
        ],
      },
      {
        name: 'log',
        options: { keyPath: 'id', autoIncrement: true },
        indexes: { fetchKey: 'fetchKey' },
        rows: [{ id: 1, fetchKey: 'half', at: 1_800_000_000_000, event: 'active', detail: '1 requests' }],
      },
      {
        name: 'sites',
        options: { keyPath: 'origin' },
        indexes: {},
        rows: [{ origin: 'https://unwanted.example', permission: 'block' }],
      },
      {
        name: 'settings',
        options: { keyPath: 'name' },
        indexes: {},
        rows: [{ name: 'settings', takeOver: true, notify: false }],
      },
    ],
  },
];

/** Makes the database "backfetch" as `released` left it; there must be none yet. */
export function writeDatabase({ databaseVersion, stores }: Released): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('backfetch', databaseVersion);
    request.onupgradeneeded = () => {
      for (const { name, options, indexes, rows } of stores) {
        const store = request.result.createObjectStore(name, options);
        for (const [index, keyPath] of Object.entries(indexes)) store.createIndex(index, keyPath);
        for (const row of rows) store.add(row);
      }
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
}
