import { liveQuery } from 'dexie';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { throttle } from '../lib/ui/throttle.ts';

/** Between two looks at the database, in ms: enough for the eye, and bars do not flicker. */
const INTERVAL = 250;

export interface Live<Value> {
  /** Undefined until the first answer. */
  value: Value | undefined;
  /** Whether there was an answer. */
  ready: boolean;
  error: unknown;
}

/** The answer of `query`, a constant function over Dexie tables, kept up to date; `onValue` sees each before it is shown. */
export function useLive<Value>(query: () => Promise<Value>, onValue?: (value: Value) => void): Live<Value> {
  const [live, setLive] = useState<Live<Value>>({ value: undefined, ready: false, error: undefined });
  // Not after the first paint, of which nothing is to be seen yet: the answer is waited for.
  useLayoutEffect(() => {
    const throttled = throttle<Value>((value) => {
      onValue?.(value);
      setLive({ value, ready: true, error: undefined });
    }, INTERVAL);
    const subscription = liveQuery(query).subscribe({
      next: throttled.push,
      error: (error: unknown) => setLive({ value: undefined, ready: false, error }),
    });
    return () => {
      subscription.unsubscribe();
      throttled.cancel();
    };
  }, [query, onValue]);
  return live;
}

/** `Date.now()`; while `ticking`, made new every second. */
export function useNow(ticking: boolean): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return Date.now();
}

/** `navigator.onLine`, kept up to date. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  return online;
}
