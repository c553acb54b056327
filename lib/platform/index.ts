/** The browser this build is for. */
import { chromium } from './chromium.ts';
import { firefox } from './firefox.ts';
import type { Platform } from './platform.ts';

export const platform: Platform = import.meta.env.FIREFOX ? firefox : chromium;
