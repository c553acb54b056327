import { toRequest } from '../core/request.ts';
import { isExposed, toResponse } from '../core/response.ts';
import type { RecordResponse, RecordResult, RecordSnapshot } from '../protocol/wire.ts';
import type { Realm } from './realm.ts';
import { assertInternal, internal } from './webidl.ts';

type Internals = [guard: symbol, realm: Realm, key: string, record: RecordSnapshot];

/** https://wicg.github.io/background-fetch/#background-fetch-record-interface */
export class BackgroundFetchRecord {
  readonly #realm: Realm;
  readonly #key: string;
  readonly #record: RecordSnapshot;
  #request: Request | undefined;
  #responseReady: Promise<Response> | undefined;

  constructor(...[guard, realm, key, record]: Internals) {
    assertInternal(guard);
    this.#realm = realm;
    this.#key = key;
    this.#record = record;
    const { head, result } = record.response;
    // Of what is coming just now the bytes are taken as they come: they may be gone when the site asks for them. Should it
    // fail, the site hears of it then.
    if (head && result === '') void Promise.allSettled([this.responseReady]);
  }

  get request(): Request {
    this.#request ??= toRequest(this.#record.request, this.#record.requestBody);
    return this.#request;
  }

  /** Else made when first asked for: of many records that match, a site often wants the requests only. */
  get responseReady(): Promise<Response> {
    try {
      this.#responseReady ??= responseReady(this.#realm, this.#key, this.#record);
      return this.#responseReady;
    } catch (error) {
      // Web IDL: a getter of a promise type throws nothing, it rejects.
      return Promise.reject(error);
    }
  }
}

/** https://wicg.github.io/background-fetch/#create-record-objects, for one record of the background fetch `key`. */
export function createRecordObject(realm: Realm, key: string, record: RecordSnapshot): BackgroundFetchRecord {
  return new BackgroundFetchRecord(internal, realm, key, record);
}

/** Reads the response of a record on from byte `offset`, as {@link SiteCalls.read}. */
type Read = (generation: number, offset: number, headKnown: boolean) => Promise<RecordResponse>;

async function responseReady(realm: Realm, key: string, record: RecordSnapshot): Promise<Response> {
  const read: Read = (generation, offset, headKnown) =>
    realm.call('read', { key, index: record.index, generation, offset, headKnown });
  let { response } = record;
  // A response that started again before its head was seen is as good as the first one, so any generation will do.
  while (!response.head && response.result === '') response = await read(response.generation, 0, false);
  const { head, result } = response;
  if (!head || !isExposed(result)) throw resultException(result);
  if (result !== '') return toResponse(head, new Blob(response.pieces));
  return toResponse(head, bodyStream(response, read));
}

/** The body of a response that is still coming. The stream errors with an AbortError or a TypeError. */
function bodyStream(first: RecordResponse, read: Read): ReadableStream<Uint8Array> {
  const pieces = piecesAhead(first, read).getReader();
  const chunks = bodyChunks(pieces);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        // Not awaited: it takes effect when the read under way is answered.
        void chunks.return();
        return pieces.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

async function* bodyChunks(
  pieces: ReadableStreamDefaultReader<Blob | { error: unknown }>,
): AsyncGenerator<Uint8Array, void> {
  for (let next = await pieces.read(); !next.done; next = await pieces.read()) {
    if ('error' in next.value) throw next.value.error;
    yield* next.value.stream();
  }
}

/**
 * The pieces of a response and the error that ends it early, asked for ahead of who reads: once the background fetch is
 * over they can't be had any more. They are handles, which cost no memory.
 */
function piecesAhead(first: RecordResponse, read: Read): ReadableStream<Blob | { error: unknown }> {
  let isWanted = true;
  const fill = async (controller: ReadableStreamDefaultController<Blob | { error: unknown }>) => {
    let response = first;
    let offset = 0;
    for (;;) {
      // Another generation: what the site has of this response is redundant, and is never spliced with the new one.
      if (response.generation !== first.generation) throw new TypeError('The response started again.');
      if (!isExposed(response.result)) throw resultException(response.result);
      for (const piece of response.pieces) {
        offset += piece.size;
        controller.enqueue(piece);
      }
      if (response.result !== '') return;
      response = await read(first.generation, offset, true);
      if (!isWanted) return;
    }
  };
  return new ReadableStream({
    start(controller) {
      fill(controller)
        .catch((error: unknown) => {
          if (isWanted) controller.enqueue({ error });
        })
        .finally(() => {
          if (isWanted) controller.close();
        });
    },
    cancel() {
      isWanted = false;
    },
  });
}

function resultException(result: RecordResult): DOMException | TypeError {
  if (result === 'aborted') return new DOMException('The background fetch was aborted.', 'AbortError');
  return new TypeError(`The response is not available: ${result}.`);
}
