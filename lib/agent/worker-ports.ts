import type { Update } from '../protocol/calls.ts';
import { portChannel, rpcServer } from '../protocol/rpc.ts';

/** A worker that runs hears at once (ms); one that has ended never does. */
const HEARD_TIMEOUT = 5_000;

/** A port that a service worker of the site calls over, and that it hears of changes by. */
export class WorkerPort {
  readonly #port: MessagePort;
  readonly #push: (update: Update) => void;
  #heard = () => {};

  constructor(
    port: MessagePort,
    answer: (name: string, argument: unknown, on: WorkerPort) => Promise<unknown>,
  ) {
    this.#port = port;
    const { push } = rpcServer(portChannel(port), async (name, argument) =>
      name === 'heard' ? this.#heard() : answer(name, argument, this),
    );
    this.#push = push;
  }

  /** Tells the worker of a change; resolves with whether it heard. One call at a time. */
  tell(update: Update): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), HEARD_TIMEOUT);
      this.#heard = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.#push(update);
    });
  }

  close(): void {
    this.#port.close();
  }
}

/** By delivery. */
export type WorkerPorts = Map<number, WorkerPort>;
