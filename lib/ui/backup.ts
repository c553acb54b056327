/** Settings and what the person said of sites, as a file. */
import * as v from 'valibot';
import type { Settings, SiteRow } from '../store/schema.ts';

const permission = v.picklist(['allow', 'ask', 'block']);

const origin = v.pipe(
  v.string(),
  v.check((value) => URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value),
);

/** The bounds that hold for settings, wherever they come from. */
export const LIMITS = { connections: { min: 1, max: 16 }, keepDays: { min: 1, max: 365 } } as const;

const within = ({ min, max }: { min: number; max: number }) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const settings = v.strictObject({
  takeOver: v.boolean(),
  notify: v.boolean(),
  permission,
  connections: within(LIMITS.connections),
  bandwidth: v.pipe(v.number(), v.minValue(0), v.finite()),
  waitWhileMetered: v.boolean(),
  keepDays: within(LIMITS.keepDays),
}) satisfies v.GenericSchema<unknown, Settings>;

const backup = v.strictObject({
  backfetch: v.literal(1),
  settings,
  sites: v.array(v.strictObject({ origin, permission })),
});

export function writeBackup(settings: Settings, sites: SiteRow[]): string {
  return `${JSON.stringify({ backfetch: 1, settings, sites } satisfies v.InferOutput<typeof backup>, null, 2)}\n`;
}

/** Null where the text is no backup. */
export function readBackup(text: string): { settings: Settings; sites: SiteRow[] } | null {
  try {
    const { success, output } = v.safeParse(backup, JSON.parse(text));
    return success ? { settings: output.settings, sites: output.sites } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
