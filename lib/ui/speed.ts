/** How far back speed looks, in ms: long enough to smooth over bytes that get stored in large pieces. */
const WINDOW = 10_000;
/** Below this many ms of looking a speed would be a guess. */
const MIN_SPAN = 1500;
/** Bytes that are this many ms late are missed: until then a speed is as of the last ones, and does not flicker. */
const PATIENCE = 2000;

interface Sample {
  /** ms since the epoch. */
  time: number;
  bytes: number;
}

/** Smoothed speed of many downloads, from the counters seen so far. */
export class SpeedMeter {
  readonly #samples = new Map<string, Sample[]>();

  /** Notes that download `key` stood at `bytes` at `time` (ms since the epoch). */
  add(key: string, bytes: number, time: number): void {
    const samples = this.#samples.get(key) ?? [];
    this.#samples.set(key, samples);
    const last = samples.at(-1);
    if (last?.bytes === bytes) return;
    // A record that starts again takes its bytes back: what was before says nothing about what comes.
    if (last && bytes < last.bytes) samples.length = 0;
    samples.push({ time, bytes });
    // One sample from before the window stays: the speed is measured from there.
    while (samples.length > 2 && (samples[1]?.time ?? time) <= time - WINDOW) samples.shift();
  }

  /** Forgets the downloads that `keep` does not name. */
  retain(keep: ReadonlySet<string>): void {
    for (const key of this.#samples.keys()) if (!keep.has(key)) this.#samples.delete(key);
  }

  /** Bytes per second over the last seconds before `now`; 0 while too little is known, or nothing moves. */
  speed(key: string, now: number): number {
    const samples = this.#samples.get(key);
    const last = samples?.at(-1);
    const first = samples?.find((_, index) => (samples[index + 1]?.time ?? now) > now - WINDOW);
    if (!first || !last) return 0;
    const span = (now - last.time < PATIENCE ? last.time : now) - first.time;
    return span < MIN_SPAN ? 0 : ((last.bytes - first.bytes) * 1000) / span;
  }
}
