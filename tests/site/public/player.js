import { DOWNLOADS, listEpisodes } from '/downloads.js';

const id = new URLSearchParams(location.search).get('id');
const episode = (await listEpisodes()).find((each) => each.id === id);
if (episode) {
  document.title = `${episode.title} – Slow Signals`;
  document.querySelector('img').src = episode.artwork;
  document.querySelector('h1').textContent = episode.title;
  document.querySelector('.description').textContent = episode.description;
  const downloads = await caches.open(DOWNLOADS);
  const downloaded = await downloads.match(episode.audio);
  document.querySelector('.state').textContent = downloaded
    ? 'Plays from this device'
    : 'Plays from the network';
  document.querySelector('audio').src = episode.audio;
} else {
  document.querySelector('h1').textContent = 'There is no such episode';
}
