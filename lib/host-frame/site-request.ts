import type { AgentConnection } from '../delivery/agent-connection.ts';
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
    const answered = agent.client.call('fetch', { stream, request, body });
    const uploaded = upTo(body?.size ?? 0, outgoing.uploaded);
    if (body) void followUpload(agent, stream, uploaded);
    const head = await abortable(answered, signal);
    // With the answer's head the server has all of it, also where its way could not be followed.
    if (body) uploaded(body.size);
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

/** Turns positions in a body of `size` bytes into what `add` is to count; positions that lie back, or beyond, add nothing. */
function upTo(size: number, add: (bytes: number) => void): (position: number) => void {
  let counted = 0;
  return (position) => {
    const next = Math.min(Math.max(position, counted), size);
    add(next - counted);
    counted = next;
  };
}

/** Tells of a request body on its way, until the agent has no more to tell. */
async function followUpload(
  agent: AgentConnection,
  stream: number,
  uploaded: (position: number) => void,
): Promise<void> {
  try {
    let known = 0;
    for (;;) {
      const position = await agent.client.call('uploaded', { stream, known });
      // The process is the site's: one that goes backwards would keep us at it for nothing.
      if (position === null || position <= known) return;
      uploaded(position);
      known = position;
    }
  } catch (error) {
    // The request itself fails of the same, and says so.
    console.debug('Backfetch: a request body could not be followed on its way.', error);
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
