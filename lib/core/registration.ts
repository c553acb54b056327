/** What a service-worker registration shows of its workers. */
type Workers = Pick<ServiceWorkerRegistration, 'active' | 'waiting' | 'installing'>;

/**
 * Whether a registration is a later one than that which background fetches at its scope belong to: fetch() wants an active
 * worker, and once there was one there always is. A registration without any worker tells nothing: Firefox shows such a one to
 * some documents when a worker was ended meanwhile.
 */
export function isLaterRegistration({ active, waiting, installing }: Workers): boolean {
  return active === null && (waiting !== null || installing !== null);
}
