import { expect, it } from 'vitest';
import { SpeedMeter } from './speed.ts';

const MB = 1e6;

it('knows nothing at first', () => {
  const meter = new SpeedMeter();
  expect(meter.speed('a', 0)).toBe(0);
  meter.add('a', 0, 0);
  meter.add('a', MB, 1000);
  expect(meter.speed('a', 1000)).toBe(0);
});

it('measures a steady flow', () => {
  const meter = new SpeedMeter();
  for (let time = 0; time <= 30_000; time += 250) meter.add('a', time * 2000, time);
  expect(meter.speed('a', 30_000)).toBeCloseTo(2 * MB, 0);
});

it('smooths over large steps', () => {
  const meter = new SpeedMeter();
  for (let time = 0; time <= 30_000; time += 4000) meter.add('a', time * 2000, time);
  const speeds = [28_000, 29_000, 30_000, 31_000].map((now) => meter.speed('a', now));
  for (const speed of speeds) expect(speed).toBeGreaterThan(1.3 * MB);
  for (const speed of speeds) expect(speed).toBeLessThan(2.5 * MB);
});

it('follows a change within the window', () => {
  const meter = new SpeedMeter();
  for (let time = 0; time <= 20_000; time += 250) meter.add('a', time * 100, time);
  for (let time = 20_250; time <= 31_000; time += 250) meter.add('a', 2 * MB + (time - 20_000) * 1000, time);
  expect(meter.speed('a', 31_000)).toBeCloseTo(MB, -3);
});

it('does not flicker between two looks', () => {
  const meter = new SpeedMeter();
  for (let time = 0; time <= 8000; time += 500) meter.add('a', time * 1000, time);
  expect(meter.speed('a', 8400)).toBe(meter.speed('a', 8000));
  meter.add('a', 8 * MB, 8450);
  expect(meter.speed('a', 8500)).toBe(meter.speed('a', 8000));
});

it('falls to zero when nothing comes', () => {
  const meter = new SpeedMeter();
  meter.add('a', 0, 0);
  meter.add('a', 5 * MB, 2000);
  expect(meter.speed('a', 4000)).toBeGreaterThan(0);
  expect(meter.speed('a', 13_000)).toBe(0);
});

it('starts anew when a download does', () => {
  const meter = new SpeedMeter();
  meter.add('a', 9 * MB, 0);
  meter.add('a', 0, 1000);
  meter.add('a', 2 * MB, 3000);
  expect(meter.speed('a', 3000)).toBe(MB);
});

it('forgets what is gone', () => {
  const meter = new SpeedMeter();
  for (const key of ['a', 'b']) {
    meter.add(key, 0, 0);
    meter.add(key, MB, 2000);
  }
  meter.retain(new Set(['b']));
  expect(meter.speed('a', 2000)).toBe(0);
  expect(meter.speed('b', 2000)).toBe(MB / 2);
});
