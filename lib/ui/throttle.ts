/**
 * Passes values on at most once every `interval` ms: the first at once, then always the latest. `cancel` drops what
 * still waits.
 */
export function throttle<Value>(listener: (value: Value) => void, interval: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { value: Value } | undefined;
  const tick = () => {
    timer = undefined;
    if (!waiting) return;
    const { value } = waiting;
    waiting = undefined;
    pass(value);
  };
  const pass = (value: Value) => {
    timer = setTimeout(tick, interval);
    listener(value);
  };
  return {
    push(value: Value) {
      if (timer === undefined) pass(value);
      else waiting = { value };
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      waiting = undefined;
    },
  };
}
