import type { Outgoing, Received } from '../downloader/received.ts';
import type { Fetcher } from '../policy/refusal.ts';
import { CallFailure, ChannelClosed } from '../protocol/rpc.ts';
import type { HostFrames } from './host-frames.ts';

/**
 * Makes a request as the site, in its host frame. Rejects with a TypeError for a network error (and where the host frame
 * can't be had), with the signal's reason when that is aborted.
 */
export async function siteRequest(
  frames: HostFrames,
  fetcher: Fetcher,
  outgoing: Outgoing,
): Promise<Received> {
  const { request, body, signal } = outgoing;
  const { agent, release } = await frames.lease(fetcher);
  const stream = agent.nextStream();
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    signal.removeEventListener('abort', cancel);
    release();
  };
  const cancel = () => {
    if (!open) return;
    agent.client.call('cancel', { stream }).catch((error: unknown) => {
      console.debug('Backfetch: the response had ended already.', error);
    });
    close();
  };
  signal.addEventListener('abort', cancel);
  try {
    // It may have been aborted while the frame opened: nothing must go out then.
    signal.throwIfAborted();
    const head = await abortable(agent.client.call('fetch', { stream, request, body }), signal);
    // Script can't see a request body on its way; with the answer's head the server has it.
    if (body) outgoing.uploaded(body.size);
    return {
      head,
      cancel,
      read: async () => {
        try {
          const piece = await abortable(agent.client.call('read', { stream }), signal);
          if (!piece) close();
          return piece;
        } catch (error) {
          close();
          throw error;
        }
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The call's value; its errors as `fetch()` would tell them. */
async function abortable<Value>(call: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([call, aborted.promise]);
  } catch (error) {
    if (error instanceof CallFailure || error instanceof ChannelClosed) throw new TypeError(error.message);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
