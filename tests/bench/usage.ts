/** What a browser spends. */
import type { BrowserUnderTest } from '../support/browser.ts';

/** How often memory is looked at (ms). */
const MEMORY_EVERY = 150;

export interface Usage {
  /** Milliseconds. */
  time: number;
  /** Processor seconds of all the browser's processes. */
  cpu: number;
  /** Bytes at the peak, above what the browser needed before. */
  memory: number;
  /** Bytes written to disk. */
  written: number;
}

export async function usageOf(browser: BrowserUnderTest, work: () => Promise<void>): Promise<Usage> {
  const memoryBefore = browser.memory();
  const writtenBefore = browser.bytesWritten();
  const cpuBefore = browser.cpu();
  let peak = memoryBefore;
  const watch = setInterval(() => {
    peak = Math.max(peak, browser.memory());
  }, MEMORY_EVERY);
  const startedAt = performance.now();
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return {
    time: performance.now() - startedAt,
    cpu: browser.cpu() - cpuBefore,
    memory: peak - memoryBefore,
    written: browser.bytesWritten() - writtenBefore,
  };
}
