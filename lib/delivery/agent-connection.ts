import * as v from 'valibot';
import { agentAnswerSchemas } from '../door/messages.ts';
import type { AgentCalls, AgentRequests, DeliveryOutcome } from '../protocol/agent.ts';
import type { Caller, EventOrder } from '../protocol/calls.ts';
import { CallFailure, type Channel, rpcClient, rpcServer } from '../protocol/rpc.ts';
import type { Tell } from './worker-updates.ts';

type Answer = (name: string, argument: unknown) => Promise<unknown>;

/** Our end of the channel to an agent. */
export class AgentConnection {
  readonly client: Caller<AgentCalls>;
  readonly #deliveries = new Map<number, Answer>();
  readonly #channel: Channel;
  #last = 0;
  #closed = false;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.onClose(() => {
      this.#closed = true;
    });
    this.client = checked(rpcClient<AgentCalls>(channel));
    rpcServer(channel, (name, argument) => this.#answer(name, argument));
  }

  /** A name for a request, new on this channel. */
  nextStream(): number {
    return ++this.#last;
  }

  /** Resolves when the agent has answered within `timeout` ms; rejects otherwise. */
  async ping(timeout: number): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('The agent does not answer.')), timeout);
    try {
      await Promise.race([this.client.call('ping', {}), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the channel: all calls that wait for an answer reject. */
  close(): void {
    this.#channel.close();
  }

  /**
   * Fires a functional event; `answer` gets the calls of the site's worker while it runs, unchecked. `begun` gets the way to
   * tell the worker of changes meanwhile.
   */
  async deliver(
    scope: string,
    order: EventOrder,
    scopeScript: Blob | null,
    answer: Answer,
    begun: (tell: Tell) => void,
  ): Promise<DeliveryOutcome> {
    const delivery = this.#nextDelivery(answer);
    begun(this.#tellOf(delivery));
    try {
      return await this.client.call('deliver', { delivery, scope, order, scopeScript });
    } finally {
      this.#deliveries.delete(delivery);
    }
  }

  /**
   * Lets the site's service worker make one call, outside of any event of ours; `answer` gets it, unchecked. Then `stay`
   * gets the way to tell the worker of changes, for as long as it takes.
   */
  async admit(
    scriptURL: string,
    token: string,
    answer: Answer,
    stay: (tell: Tell) => Promise<void>,
  ): Promise<void> {
    const delivery = this.#nextDelivery(answer);
    try {
      await this.client.call('admit', { delivery, scriptURL, token });
      this.#deliveries.delete(delivery);
      await stay(this.#tellOf(delivery));
    } finally {
      this.#deliveries.delete(delivery);
      // Not awaited: where the agent is gone nobody answers.
      this.client.call('dismiss', { delivery }).catch((error: unknown) => {
        console.debug('Backfetch: the agent of a service worker is gone.', error);
      });
    }
  }

  #nextDelivery(answer: Answer): number {
    const delivery = ++this.#last;
    this.#deliveries.set(delivery, answer);
    return delivery;
  }

  #tellOf(delivery: number): Tell {
    // What is asked of a channel that is closed is never answered.
    return async (update) => !this.#closed && this.client.call('update', { delivery, update });
  }

  async #answer(name: string, argument: unknown): Promise<unknown> {
    const {
      delivery,
      name: call,
      argument: inner,
    } = (argument ?? {}) as Partial<AgentRequests['worker']['argument']>;
    const answer = name === 'worker' && delivery !== undefined ? this.#deliveries.get(delivery) : undefined;
    if (!answer || typeof call !== 'string') throw new CallFailure('InvalidStateError', 'The event is over.');
    return answer(call, inner);
  }
}

/** What is not of an answer's shape becomes a CallFailure. */
function checked(agent: Caller<AgentCalls>): Caller<AgentCalls> {
  return {
    async call(name, argument) {
      const parsed = v.safeParse(agentAnswerSchemas[name], await agent.call(name, argument));
      if (parsed.success) return parsed.output as never;
      throw new CallFailure('UnknownError', `The agent's answer to ${name}: ${parsed.issues[0].message}`);
    },
  };
}
