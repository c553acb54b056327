import { AgentConnection } from '../delivery/agent-connection.ts';
import type { Fetcher } from '../policy/refusal.ts';
import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';
import { portChannel } from '../protocol/rpc.ts';
import type { SetRule } from '../protocol/rules.ts';
import { HostFrameRefused } from './host-frame-refused.ts';

/** A site that doesn't answer within this time (ms) is taken to be down. */
const OPEN_TIMEOUT = 20_000;
/** When the document has loaded, its agent must have spoken within this time (ms). */
const AGENT_TIMEOUT = 3_000;
/** A frame that nobody uses is kept so long (ms), so that many small requests share one. */
const LINGER = 1_000;

/** How often an agent in use is asked whether it lives, and how long it may take to answer (ms). */
const PING_EVERY = 15_000;
const PING_TIMEOUT = 10_000;

interface HostFrame {
  /** Its key among the frames. */
  name: string;
  element: HTMLIFrameElement;
  agent: Promise<AgentConnection>;
  users: number;
  /** Names its rules. */
  token: string;
  closing: ReturnType<typeof setTimeout> | undefined;
  pinging: ReturnType<typeof setInterval> | undefined;
}

/**
 * Hidden, sandboxed, scriptless frames of sites' origins in this document. No code of the site runs in them; our agent
 * does, and is the site's first party there.
 */
export class HostFrames {
  readonly #setRule: SetRule;
  /** By {@link nameOf} of who fetches in them. */
  readonly #frames = new Map<string, HostFrame>();

  constructor(setRule: SetRule) {
    this.#setRule = setRule;
  }

  /** Runs `work`, which makes no requests, with the agent of this origin. Rejects with {@link HostFrameRefused} where the frame can't be had. */
  async use<Result>(origin: string, work: (agent: AgentConnection) => Promise<Result>): Promise<Result> {
    const frame = await this.#take({ origin, connectSources: [] });
    try {
      return await work(await frame.agent);
    } catch (error) {
      // What a frame sees of the site's service workers may be out of date (Firefox): the next use gets another one.
      this.#retire(frame);
      throw error;
    } finally {
      this.#release(frame);
    }
  }

  /** As {@link use}, for work that ends elsewhere, and for requests: `release` must be called once. */
  async lease(fetcher: Fetcher): Promise<{ agent: AgentConnection; release: () => void }> {
    const frame = await this.#take(fetcher);
    return { agent: await frame.agent, release: () => this.#release(frame) };
  }

  /** A frame whose agent is there, to be released once. */
  async #take(fetcher: Fetcher): Promise<HostFrame> {
    const frame = this.#frames.get(nameOf(fetcher)) ?? this.#open(fetcher);
    frame.users += 1;
    clearTimeout(frame.closing);
    try {
      await frame.agent;
      return frame;
    } catch (error) {
      this.#close(frame);
      throw error;
    }
  }

  #release(frame: HostFrame): void {
    frame.users -= 1;
    if (frame.users === 0) frame.closing = setTimeout(() => this.#close(frame), LINGER);
  }

  /** Gives it to nobody any more; those who use it go on. */
  #retire(frame: HostFrame): void {
    if (this.#frames.get(frame.name) === frame) this.#frames.delete(frame.name);
  }

  #open(fetcher: Fetcher): HostFrame {
    const element = document.createElement('iframe');
    element.sandbox.add('allow-same-origin');
    element.hidden = true;
    const token = crypto.randomUUID();
    const agent = this.#connect(fetcher, element, token);
    const name = nameOf(fetcher);
    const frame: HostFrame = {
      name,
      element,
      agent,
      token,
      users: 0,
      closing: undefined,
      pinging: undefined,
    };
    this.#frames.set(name, frame);
    // A frame whose process has died says nothing.
    frame.pinging = setInterval(() => {
      agent
        .then((connection) => connection.ping(PING_TIMEOUT))
        .catch((error: unknown) => {
          console.warn(`Backfetch: the host frame of ${fetcher.origin} is gone.`, error);
          this.#close(frame);
        });
    }, PING_EVERY);
    return frame;
  }

  #close(frame: HostFrame): void {
    clearInterval(frame.pinging);
    frame.element.remove();
    this.#retire(frame);
    // Without an agent there is nothing to close; whoever leased it has heard why.
    void Promise.allSettled([frame.agent]).then(([agent]) => {
      if (agent.status === 'rejected') return;
      agent.value.close();
      this.#setRule(frame.token, null).catch((error: unknown) => {
        console.error('Backfetch: a rule for a host frame stayed.', error);
      });
    });
  }

  async #connect(fetcher: Fetcher, element: HTMLIFrameElement, token: string): Promise<AgentConnection> {
    const { origin, connectSources } = fetcher;
    await this.#setRule(token, { of: 'host frame' });
    try {
      element.src = `${origin}/robots.txt?${HOST_FRAME_PARAMETER}=${token}`;
      const port = await agentPort(origin, element, token);
      await this.#setRule(token, { of: 'host frame requests', fetcher: { origin, connectSources } });
      return new AgentConnection(portChannel(port));
    } catch (error) {
      await this.#setRule(token, null);
      throw error;
    }
  }
}

/** Those who may connect to the same share a frame. */
function nameOf({ origin, connectSources }: Fetcher): string {
  return JSON.stringify([origin, connectSources]);
}

/** The port that the agent in this frame sends when it starts. */
function agentPort(origin: string, element: HTMLIFrameElement, token: string): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const refuse = () => {
      removeEventListener('message', listen);
      reject(
        new HostFrameRefused(
          `${origin} can't be reached, or does not let itself be opened in the background.`,
        ),
      );
    };
    let timer = setTimeout(refuse, OPEN_TIMEOUT);
    const listen = (event: MessageEvent) => {
      const port = event.ports[0];
      if (event.source !== element.contentWindow || event.origin !== origin || event.data !== token || !port)
        return;
      removeEventListener('message', listen);
      clearTimeout(timer);
      resolve(port);
    };
    addEventListener('message', listen);
    element.addEventListener('load', () => {
      clearTimeout(timer);
      timer = setTimeout(refuse, AGENT_TIMEOUT);
    });
    document.body.append(element);
  });
}
