import type { AgentCalls, AgentRequests } from '../protocol/agent.ts';
import type { Answers } from '../protocol/calls.ts';
import { CallFailure, type Channel, rpcClient, rpcServer } from '../protocol/rpc.ts';
import { admit } from './admit.ts';
import { deliver } from './deliver.ts';
import { siteFetch } from './site-fetch.ts';
import { storeRecords } from './store-records.ts';
import type { WorkerPorts } from './worker-ports.ts';

/** Answers our own document's calls, as the site. */
export function serveAgent(channel: Channel): void {
  const background = rpcClient<AgentRequests>(channel);
  const workerPorts: WorkerPorts = new Map();
  const answers: Answers<AgentCalls> = {
    ping: async () => undefined,
    ...siteFetch(),
    deliver: (argument) => deliver(argument, background, workerPorts),
    admit: (argument) => admit(argument, background, workerPorts),
    update: async ({ delivery, update }) => (await workerPorts.get(delivery)?.tell(update)) ?? false,
    async dismiss({ delivery }) {
      workerPorts.get(delivery)?.close();
      workerPorts.delete(delivery);
      return undefined;
    },
    async store({ cache, records }) {
      await storeRecords(cache, records);
      return undefined;
    },
  };
  rpcServer(channel, async (name, argument) => {
    if (!Object.hasOwn(answers, name))
      throw new CallFailure('TypeError', `The agent knows no call "${name}".`);
    return answers[name as keyof AgentCalls](argument as never);
  });
}
