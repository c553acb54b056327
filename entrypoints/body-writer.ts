import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { serveBodyWriter } from '../lib/platform/chromium-body-writer.ts';

/** A worker of the offscreen document: only workers may write files synchronously, which costs least. */
export default defineUnlistedScript({ include: ['chrome'], main: serveBodyWriter });
