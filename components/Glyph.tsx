const PATHS = {
  pause: 'M5 3.5v9M11 3.5v9',
  resume: 'M5 3l7.5 5L5 13z',
  abort: 'M4 4l8 8M12 4l-8 8',
  open: 'M9 2.5h4.5V7M13.5 2.5L7.5 8.5M6.5 3.5h-3v9h9v-3',
  clear: 'M4 4l8 8M12 4l-8 8',
  tryNow: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  tryAgain: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  drop: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9',
  settings:
    'M2.5 4.5h6.3M12.2 4.5h1.3M2.5 11.5h1.3M7.2 11.5h6.3M12.2 4.5a1.7 1.7 0 1 1-3.4 0a1.7 1.7 0 1 1 3.4 0M7.2 11.5a1.7 1.7 0 1 1-3.4 0a1.7 1.7 0 1 1 3.4 0',
  download: 'M8 2v7.5M4.8 6.5L8 9.7l3.2-3.2M2.5 11v2.5h11V11',
} as const;

export type GlyphName = keyof typeof PATHS;

/** A small line drawing in the colour of the text. Says nothing to a screen reader: what it is on has a name. */
export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} data-glyph={name} />
    </svg>
  );
}
