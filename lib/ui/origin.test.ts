import { expect, test } from 'vitest';
import { elideOrigin } from './origin.ts';

test('a short origin stays whole', () => {
  expect(elideOrigin('https://podcast.example:8443')).toBe('https://podcast.example:8443');
});

test('of a long one scheme and registrable domain stay in sight', () => {
  const elided = elideOrigin(`https://${'accounts.bank.example.'.repeat(4)}evil.test`);
  expect(elided.length).toBeLessThanOrEqual(44);
  expect(elided).toMatch(/^https:\/\/.*….*evil\.test$/);
});
