import type { AgentCalls, AgentRequests, DeliveryOutcome } from '../protocol/agent.ts';
import type { EventOrder } from '../protocol/calls.ts';
import { CallFailure, type Channel, type RpcClient, rpcClient, rpcServer } from '../protocol/rpc.ts';

type Answer = (name: string, argument: unknown) => Promise<unknown>;

/** Our end of the channel to an agent. */
export class AgentConnection {
  readonly client: RpcClient<AgentCalls>;
  readonly #deliveries = new Map<number, Answer>();
  #last = 0;

  constructor(channel: Channel) {
    this.client = rpcClient<AgentCalls>(channel);
    rpcServer(channel, (name, argument) => this.#answer(name, argument));
  }

  /** Fires a functional event; `answer` gets the calls of the site's worker while it runs, unchecked. */
  async deliver(
    scope: string,
    order: EventOrder,
    scopeScript: Blob | null,
    answer: Answer,
  ): Promise<DeliveryOutcome> {
    const delivery = ++this.#last;
    this.#deliveries.set(delivery, answer);
    try {
      return await this.client.call('deliver', { delivery, scope, order, scopeScript });
    } finally {
      this.#deliveries.delete(delivery);
    }
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
