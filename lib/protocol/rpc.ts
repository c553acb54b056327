/**
 * Calls with answers over a message channel. One wire shape for all our channels: pages and workers use MessagePorts,
 * content scripts use runtime ports.
 */
import type { CallError, CallErrorName, Caller } from './calls.ts';

/** What a channel must be able to do. Messages are structured clones. Both ends may call and answer over one channel. */
export interface Channel {
  post(message: unknown): void;
  /** Called with every message, in order. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the channel was closed here, or, where the channel can tell (not a MessagePort), there. */
  onClose(listener: () => void): void;
  /** Closes this end; its own close listeners are called too. */
  close(): void;
}

/** Calls that may wait for their answers: one for each record that a site can have under way, and as many others. */
const MAX_UNANSWERED = 100_000;

/** Characters of an error's message that are kept. */
const MAX_MESSAGE = 4096;

type Request = { call: number; name: string; argument: unknown };
type Answer = { answer: number; result: unknown } | { answer: number; error: CallError };
type Push = { push: unknown };
export type RpcMessage = Request | Answer | Push;

/** Thrown by a call whose channel closed before the answer came. */
export class ChannelClosed extends Error {
  override name = 'ChannelClosed';
}

/** Thrown where a call's answer is an error of the specification; becomes the site's exception on the other side. */
export class CallFailure extends Error {
  readonly error: CallError;
  constructor(name: CallErrorName, message: string, quota?: { quota: number; requested: number }) {
    super(message);
    this.error = { name, message, ...quota };
  }
}

export interface RpcClient<Calls> extends Caller<Calls> {
  /** Messages that the other side sends unasked. */
  onPush(listener: (push: unknown) => void): void;
}

/** The calling end. Rejects with a {@link CallFailure}, or with {@link ChannelClosed}. */
export function rpcClient<Calls>(channel: Channel): RpcClient<Calls> {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (reason: Error) => void }>();
  const pushListeners: ((push: unknown) => void)[] = [];
  let last = 0;
  channel.onMessage((message) => {
    if (typeof message !== 'object' || message === null) return;
    const answer = message as Answer | Push;
    if ('push' in answer) {
      for (const listener of pushListeners) listener(answer.push);
      return;
    }
    const call = waiting.get(answer.answer);
    if (!call) return;
    waiting.delete(answer.answer);
    if ('error' in answer) {
      call.reject(failureOf(answer.error));
    } else {
      call.resolve(answer.result as never);
    }
  });
  channel.onClose(() => {
    for (const call of waiting.values()) call.reject(new ChannelClosed('The other side is gone.'));
    waiting.clear();
  });
  return {
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        const call = ++last;
        waiting.set(call, { resolve, reject });
        try {
          channel.post({ call, name, argument } satisfies Request);
        } catch (error) {
          waiting.delete(call);
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      }),
    onPush: (listener) => pushListeners.push(listener),
  };
}

/** From the other side, which may be a site's: of whatever shape. */
function failureOf(error: unknown): CallFailure {
  const { name, message, quota, requested } = Object(error) as Partial<CallError>;
  const told = typeof message === 'string' ? message.slice(0, MAX_MESSAGE) : '';
  const sizes = quota === undefined || requested === undefined ? undefined : { quota, requested };
  return new CallFailure(typeof name === 'string' ? name : 'UnknownError', told, sizes);
}

/** The answering end: `answer` gets each call as it came, unchecked. Errors that are no CallFailure are logged and told as UnknownError. */
export function rpcServer(
  channel: Channel,
  answer: (name: string, argument: unknown) => Promise<unknown>,
): { push(message: unknown): void } {
  let open = true;
  let unanswered = 0;
  channel.onClose(() => {
    open = false;
  });
  const post = (message: RpcMessage) => {
    if (open) channel.post(message);
  };
  channel.onMessage(async (message) => {
    if (typeof message !== 'object' || message === null) return;
    const { call, name, argument } = message as Partial<Request>;
    if (typeof call !== 'number' || typeof name !== 'string') return;
    if (unanswered >= MAX_UNANSWERED) {
      post({ answer: call, error: { name: 'UnknownError', message: 'Too many calls wait for an answer.' } });
      return;
    }
    unanswered += 1;
    try {
      post({ answer: call, result: await answer(name, argument) });
    } catch (error) {
      post({ answer: call, error: describe(error, name) });
    } finally {
      unanswered -= 1;
    }
  });
  return { push: (push) => post({ push }) };
}

function describe(error: unknown, call: string): CallError {
  if (error instanceof CallFailure) return error.error;
  console.error(`Backfetch: ${call} failed.`, error);
  return { name: 'UnknownError', message: 'Backfetch failed inside; its console in the browser says how.' };
}

/** A MessagePort as a channel. */
export function portChannel(port: MessagePort): Channel {
  const closeListeners: (() => void)[] = [];
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.addEventListener('message', (event) => listener(event.data));
      port.start();
    },
    onClose: (listener) => closeListeners.push(listener),
    close() {
      port.close();
      for (const listener of closeListeners.splice(0)) listener();
    },
  };
}
