/** What is downloaded in the benchmark. */
export interface Work {
  name: string;
  urls: string[];
  /** Bytes. */
  size: number;
  /** The browser's own Background Fetch is not asked for this: it would take minutes. */
  skipNative?: true;
}

function files(name: string, count: number, size: number, faults = ''): Pick<Work, 'urls' | 'size'> {
  return {
    urls: Array.from({ length: count }, (_, i) => `/bytes/${name}${i}?size=${size}${faults}`),
    size: count * size,
  };
}

const MIB = 1024 * 1024;

export const WORKS: Record<string, Work> = {
  large: { name: '1 × 256 MiB', ...files('large', 1, 256 * MIB) },
  huge: { name: '1 × 1 GiB', ...files('huge', 1, 1024 * MIB) },
  giant: { name: '1 × 4 GiB', ...files('giant', 1, 4096 * MIB), skipNative: true },
  unranged: {
    name: '1 × 1 GiB, a server without ranges',
    ...files('unranged', 1, 1024 * MIB, '&ranges=no'),
    skipNative: true,
  },
  small: { name: '500 × 32 KiB', ...files('small', 500, 32 * 1024), skipNative: true },
  many: { name: '2,000 × 32 KiB', ...files('many', 2000, 32 * 1024), skipNative: true },
  tiny: { name: '10,000 × 4 KiB', ...files('tiny', 10_000, 4 * 1024), skipNative: true },
};

/** What `npm run bench` measures when nothing is named. */
export const DEFAULT_WORKS = ['large', 'small'];
