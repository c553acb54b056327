import { defineBackground } from 'wxt/utils/define-background';
import { startBackground } from '../lib/background/background.ts';

export default defineBackground(startBackground);
