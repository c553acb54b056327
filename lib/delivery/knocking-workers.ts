import { openDoor } from '../door/door.ts';
import type { DownloaderCommands } from '../protocol/commands.ts';
import type { AgentConnection } from './agent-connection.ts';
import { WorkerUpdates } from './worker-updates.ts';

type Knock = DownloaderCommands['knock']['argument'];

/**
 * So many knocks of a site's workers may be under way at once, each of which costs a channel: one for each of the
 * downloads that may be open, of which the worker is told by it, and as many for calls that wait for their answers.
 */
const MAX_UNDER_WAY = 512;

/** What it takes to serve them. */
export interface KnockEffects {
  /** Runs `work` with an agent of the origin. */
  withAgent<Result>(origin: string, work: (agent: AgentConnection) => Promise<Result>): Promise<Result>;
  /** A background fetch was added or aborted by the worker. */
  changed(key: string): Promise<void>;
  /** Keeps this document alive until the returned function is called. */
  hold(): () => void;
}

/** Sites' service workers that call outside of any event of ours: see lib/protocol/worker-knock.ts. */
export class KnockingWorkers {
  readonly #effects: KnockEffects;
  /** By origin. */
  readonly #underWay = new Map<string, number>();
  /** The workers that are told of a background fetch, by its key: one that asks again is told by the newer way only. */
  readonly #told = new Map<string, WorkerUpdates>();

  constructor(effects: KnockEffects) {
    this.#effects = effects;
  }

  /** Whether there is room for one more of the site's; then it gets its port. */
  hear(knock: Knock): boolean {
    const { origin } = knock;
    const before = this.#underWay.get(origin) ?? 0;
    if (before >= MAX_UNDER_WAY) return false;
    this.#underWay.set(origin, before + 1);
    this.#serve(knock)
      .catch((error: unknown) => {
        console.warn(`Backfetch: a service worker of ${origin} could not be heard.`, error);
      })
      .finally(() => {
        const left = (this.#underWay.get(origin) ?? 0) - 1;
        if (left > 0) this.#underWay.set(origin, left);
        else this.#underWay.delete(origin);
      });
    return true;
  }

  /** A service worker is the site's own as an open page is not: what it begins the person has to allow. */
  async #serve({ origin, scriptURL, token }: Knock): Promise<void> {
    const { withAgent, changed, hold } = this.#effects;
    const release = hold();
    const updates = new WorkerUpdates();
    const gone = new AbortController();
    const seen = (key: string) => {
      this.#told.get(key)?.stop();
      this.#told.set(key, updates);
      updates.seen(key);
    };
    try {
      const site = { origin, otherIdentity: false, thirdParty: false, unseen: true };
      const door = openDoor(site, { changed, seen, gone: gone.signal });
      await withAgent(origin, (agent) => agent.admit(scriptURL, token, door, (tell) => updates.follow(tell)));
    } finally {
      updates.stop();
      gone.abort();
      for (const [key, one] of this.#told) if (one === updates) this.#told.delete(key);
      release();
    }
  }
}
