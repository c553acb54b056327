// Names that the pages and the service worker share.
export const DOWNLOADS = 'downloads';
export const FAILURES = 'failures';

export const fetchId = (episode) => `episode-${episode.id}`;
export const failureKey = (id) => `/failures/${id}`;

export async function listEpisodes() {
  const response = await fetch('/episodes.json');
  return response.json();
}

export function describeSize(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
