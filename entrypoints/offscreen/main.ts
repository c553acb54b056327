import { startOffscreen } from '../../lib/platform/chromium-offscreen.ts';

startOffscreen();
