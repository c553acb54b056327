import type { Permission } from '../store/schema.ts';
import { t } from './messages.ts';

/** What a site may do, in words, in the order in which one chooses. */
export const permissionNames = (): Record<Permission, string> => ({
  allow: t('permissionAllow'),
  ask: t('permissionAsk'),
  block: t('permissionBlock'),
});
