/** What `npm run bench` measures. */
import { download, downloadAlone, handOffFloor } from './downloads.ts';
import { firstProgress, waitingResult } from './events.ts';
import { pageWithEmptyScripts, pageWithoutUse } from './pages.ts';
import { popupOpens, popupScrolls } from './popup.ts';
import type { Row } from './row.ts';
import { sitesAtOnce } from './sites.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Of memory (MB) and disk, for every download. */
const SPENT = { memory: 100, written: 2.1 };
const LARGE = { ...SPENT, time: 1.15, cpu: 1.3, handOff: 0.5, native: 1 };

/** The whole table. */
export const TABLE: Record<string, Row> = {
  huge: download('1 × 1 GiB', { count: 1, size: 1024 * MIB }, LARGE),
  many: download('2,000 × 32 KiB', { count: 2000, size: 32 * KIB }, { ...SPENT, time: 1.5 }),
  tiny: download('10,000 × 4 KiB', { count: 10_000, size: 4 * KIB }, { ...SPENT, time: 2 }),
  // Native does not finish 2,000 of them.
  few: download('100 × 32 KiB', { count: 100, size: 32 * KIB }, { native: 25 }),
  giant: downloadAlone('1 × 4 GiB', { count: 1, size: 4096 * MIB }, SPENT),
  sites: sitesAtOnce(200 * MIB),
  page: pageWithoutUse,
  progress: firstProgress,
  waiting: waitingResult,
  popup: popupOpens,
  scroll: popupScrolls,
};

/** Measured only when they are named; those that end in "Floor" tell what no extension can do better. */
export const MORE: Record<string, Row> = {
  hugeFloor: handOffFloor('The hand-off of 1 × 1 GiB', { count: 1, size: 1024 * MIB }),
  manyFloor: handOffFloor('The hand-off of 2,000 × 32 KiB', { count: 2000, size: 32 * KIB }),
  tinyFloor: handOffFloor('The hand-off of 10,000 × 4 KiB', { count: 10_000, size: 4 * KIB }),
  pageFloor: pageWithEmptyScripts,
  large: download('1 × 256 MiB', { count: 1, size: 256 * MIB }, LARGE),
  small: download('500 × 32 KiB', { count: 500, size: 32 * KIB }, { ...SPENT, time: 1.5 }),
  unranged: download(
    '1 × 1 GiB, a server without ranges',
    { count: 1, size: 1024 * MIB, faults: '&ranges=no' },
    { ...SPENT, time: 1.15 },
  ),
};
