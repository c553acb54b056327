import { DOWNLOADS, describeSize, FAILURES, failureKey, fetchId, listEpisodes } from '/downloads.js';

const supported = 'serviceWorker' in navigator && 'BackgroundFetchManager' in self;

const REASONS = {
  'bad-status': 'the server did not have it',
  'fetch-error': 'the connection failed',
  'quota-exceeded': 'there is no room left for it',
  'download-total-exceeded': 'it is larger than it should be',
  aborted: 'you stopped it',
};

/** One episode in the list. */
class EpisodeView {
  constructor(episode) {
    this.episode = episode;
    const item = document.querySelector('#episode').content.firstElementChild.cloneNode(true);
    const find = (selector) => item.querySelector(selector);
    this.item = item;
    this.stateText = find('.state');
    this.progress = find('progress');
    item.dataset.episode = episode.id;
    item.dataset.state = 'not-downloaded';
    find('img').src = episode.artwork;
    find('h3 a').textContent = episode.title;
    for (const link of item.querySelectorAll('a')) link.href = `/episode/?id=${episode.id}`;
    find('.description').textContent = episode.description;
    const minutes = Math.floor(episode.seconds / 60);
    const length = minutes > 0 ? `${minutes} min` : `${episode.seconds} s`;
    find('.facts').textContent = `${length}, ${describeSize(episode.audioSize)}`;
    this.progress.ariaLabel = `Download of ${episode.title}`;
    for (const button of item.querySelectorAll('button, .play')) {
      button.ariaLabel = `${button.textContent}: ${episode.title}`;
    }
    find('.download').addEventListener('click', () => this.download());
    find('.abort').addEventListener('click', () => this.running?.abort());
    find('.remove').addEventListener('click', () => this.remove());
  }

  show(state, text) {
    if (this.item.dataset.state !== state && state !== 'downloading')
      announce(`${this.episode.title}: ${text}`);
    this.item.dataset.state = state;
    this.stateText.textContent = text;
  }

  /** Shows what is so now: also after the page was closed while the download went on. */
  async refresh() {
    const downloads = await caches.open(DOWNLOADS);
    if (await downloads.match(this.episode.audio)) {
      this.show('downloaded', 'Downloaded');
      return;
    }
    const registration = await navigator.serviceWorker.ready;
    const running = await registration.backgroundFetch?.get(fetchId(this.episode));
    if (running && running.result === '') {
      this.follow(running);
      return;
    }
    const failures = await caches.open(FAILURES);
    const failure = await failures.match(failureKey(fetchId(this.episode)));
    if (failure) {
      const reason = await failure.text();
      this.show('failed', `Not downloaded: ${REASONS[reason] ?? reason}`);
    } else {
      this.show('not-downloaded', 'Not downloaded');
    }
  }

  async download() {
    const { audio, audioSize, artwork, artworkSize, title } = this.episode;
    const failures = await caches.open(FAILURES);
    await failures.delete(failureKey(fetchId(this.episode)));
    const registration = await navigator.serviceWorker.ready;
    try {
      const running = await registration.backgroundFetch.fetch(fetchId(this.episode), [audio, artwork], {
        title,
        icons: [{ src: artwork, sizes: '512x512', type: 'image/svg+xml' }],
        downloadTotal: audioSize + artworkSize,
      });
      this.follow(running);
    } catch (error) {
      this.show('failed', `Could not start: ${error.message}`);
    }
  }

  follow(running) {
    this.running = running;
    const update = () => {
      const part = running.downloadTotal > 0 ? running.downloaded / running.downloadTotal : 0;
      this.progress.value = part;
      // The service worker tells when it is done with a finished one.
      this.show('downloading', `Downloading ${Math.floor(part * 100)} %`);
    };
    running.addEventListener('progress', update);
    update();
  }

  async remove() {
    const downloads = await caches.open(DOWNLOADS);
    await downloads.delete(this.episode.audio);
    await this.refresh();
  }
}

function announce(text) {
  document.querySelector('#announcement').textContent = text;
}

function tellSupport() {
  const support = document.querySelector('#support');
  support.textContent =
    'This browser can’t download episodes in the background. You can still listen online.';
  support.hidden = supported;
  document.body.classList.toggle('unsupported', !supported);
}

tellSupport();
const views = (await listEpisodes()).map((episode) => new EpisodeView(episode));
document.querySelector('#episodes').append(...views.map((view) => view.item));
if ('serviceWorker' in navigator) {
  await navigator.serviceWorker.register('/sw.js');
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    for (const view of views) if (fetchId(view.episode) === data.id) view.refresh();
  });
  await Promise.all(views.map((view) => view.refresh()));
}
document.documentElement.dataset.ready = 'true';
