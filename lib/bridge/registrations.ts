import { isLaterRegistration } from '../core/registration.ts';
import type { Caller, SiteCalls } from '../protocol/calls.ts';

/**
 * Tells the background which of the site's service-worker registrations live on. To be called before any script of the page
 * runs, which could register anew.
 */
export async function tellRegistrations(
  container: Pick<ServiceWorkerContainer, 'getRegistrations'>,
  background: Caller<SiteCalls>,
): Promise<void> {
  const at = Date.now();
  const registrations = await container.getRegistrations();
  const scopes = registrations.filter((each) => !isLaterRegistration(each)).map(({ scope }) => scope);
  await background.call('living', { scopes, at });
}
