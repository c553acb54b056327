/** The demo site's podcast: made-up episodes, whose audio and artwork are computed. */
import type { Representation } from '../support/representation.ts';

interface Episode {
  id: string;
  title: string;
  description: string;
  /** Length in seconds. */
  seconds: number;
  /** Two notes to hear, in Hz, and the artwork's colours, as hues. */
  notes: [number, number];
  hues: [number, number];
  /** What the audio's URL adds to its path. */
  query?: string;
  /** On a host of its own, as large files often are. */
  elsewhere?: true;
}

const EPISODES: Episode[] = [
  {
    id: 'tides',
    title: 'Twenty seconds of low tide',
    description: 'The shortest episode we ever made, for trying things out.',
    seconds: 20,
    notes: [262, 392],
    hues: [190, 225],
    query: '?rate=1500000',
  },
  {
    id: 'lighthouse',
    title: 'The keeper’s last shift',
    description: 'A night at the last staffed lighthouse on the coast, one lamp turn at a time.',
    seconds: 180,
    notes: [220, 330],
    hues: [25, 350],
    query: '?rate=6000000',
  },
  {
    id: 'night-train',
    title: 'Night train, car nine',
    description: 'Six hundred kilometres of sleepers and points. From our media host, cdn.localhost.',
    seconds: 600,
    notes: [196, 294],
    hues: [265, 300],
    query: '?rate=20000000&cors=*',
    elsewhere: true,
  },
  {
    id: 'glacier',
    title: 'Half an hour inside a glacier',
    description: 'Meltwater, cracks and long silences, in full quality. Three hundred megabytes of it.',
    seconds: 1800,
    notes: [147, 220],
    hues: [165, 200],
    query: '?rate=30000000',
  },
  {
    id: 'lost-tape',
    title: 'The lost tape',
    description: 'The recording that nobody can find any more. Its download will fail.',
    seconds: 40,
    notes: [175, 262],
    hues: [50, 95],
    query: '?status=404',
  },
];

const RATE = 44_100;
const FRAME = 4;
const HEADER = 44;
const NOTE_SECONDS = 2;

const audioSize = (episode: Episode) => HEADER + episode.seconds * RATE * FRAME;

/** `/episodes.json`, `/artwork/<id>.svg`, `/audio/<id>.wav`; null for any other path. */
export function representEpisode(path: string, port: number): Representation | null {
  if (path === '/episodes.json') return inMemory('application/json', JSON.stringify(listEpisodes(port)));
  const [, kind, id] = /^\/(artwork|audio)\/([\w-]+)\.(?:svg|wav)$/.exec(path) ?? [];
  const episode = EPISODES.find((each) => each.id === id);
  if (!episode) return null;
  return kind === 'audio' ? audio(episode) : inMemory('image/svg+xml', artwork(episode));
}

/** What the site's pages know of the episodes. Sizes in bytes. */
function listEpisodes(port: number) {
  return EPISODES.map((episode) => {
    const host = episode.elsewhere ? `http://cdn.localhost:${port}` : '';
    return {
      id: episode.id,
      title: episode.title,
      description: episode.description,
      seconds: episode.seconds,
      audio: `${host}/audio/${episode.id}.wav${episode.query ?? ''}`,
      audioSize: audioSize(episode),
      artwork: `/artwork/${episode.id}.svg`,
      artworkSize: Buffer.byteLength(artwork(episode)),
    };
  });
}

function inMemory(type: string, text: string): Representation {
  const content = Buffer.from(text);
  const slice = (start: number, end: number) => content.subarray(start, end);
  return { size: content.length, type, etag: `"${content.length}"`, slice };
}

/** WAV, 16 bits, stereo: two soft notes that take turns. */
function audio(episode: Episode): Representation {
  const size = audioSize(episode);
  const header = wavHeader(size - HEADER);
  const loop = melodyOf(episode);
  return {
    size,
    type: 'audio/wav',
    etag: `"${episode.id}-${size}"`,
    slice(start, end) {
      const out = Buffer.allocUnsafe(end - start);
      let at = header.copy(out, 0, Math.min(start, HEADER), Math.min(end, HEADER));
      while (at < out.length) at += loop.copy(out, at, (start + at - HEADER) % loop.length);
      return out;
    },
  };
}

function wavHeader(dataSize: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write('RIFF', 0);
  header.writeUInt32LE(HEADER - 8 + dataSize, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * FRAME, 28);
  header.writeUInt16LE(FRAME, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataSize, 40);
  return header;
}

const melodies = new Map<string, Buffer>();

function melodyOf(episode: Episode): Buffer {
  let melody = melodies.get(episode.id);
  if (!melody) {
    const samples = NOTE_SECONDS * RATE;
    melody = Buffer.alloc(episode.notes.length * samples * FRAME);
    for (const [index, frequency] of episode.notes.entries()) {
      for (let sample = 0; sample < samples; sample++) {
        const time = sample / RATE;
        // From silence to silence, so that nothing clicks where the loop starts again.
        const envelope = Math.sin((Math.PI * sample) / samples) ** 2;
        const wave =
          Math.sin(2 * Math.PI * frequency * time) + 0.3 * Math.sin(4 * Math.PI * frequency * time);
        const value = Math.round(7000 * envelope * wave);
        const at = (index * samples + sample) * FRAME;
        melody.writeInt16LE(value, at);
        melody.writeInt16LE(value, at + 2);
      }
    }
    melodies.set(episode.id, melody);
  }
  return melody;
}

function artwork({ id, hues: [from, to] }: Episode): string {
  const rings = [200, 150, 100, 50].map(
    (radius, index) =>
      `<circle cx="${150 + index * 40}" cy="${330 - index * 25}" r="${radius}" fill="hsl(${to} 70% ${35 + index * 12}%)" opacity=".55"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512" width="512" height="512">
<defs><linearGradient id="${id}" x2="1" y2="1"><stop stop-color="hsl(${from} 65% 45%)"/><stop offset="1" stop-color="hsl(${to} 70% 22%)"/></linearGradient></defs>
<rect width="512" height="512" fill="url(#${id})"/>
${rings.join('\n')}
<path d="M0 400 q64 -40 128 0 t128 0 t128 0 t128 0 V512 H0z" fill="hsl(${from} 70% 20%)" opacity=".6"/>
</svg>`;
}
