import { expect, test } from 'vitest';
import { tellRegistrations } from './registrations.ts';

test('tells the scopes of registrations with an active worker, and when it looked', async () => {
  const registrations = [
    { scope: 'https://site.example/', active: {}, waiting: null, installing: null },
    { scope: 'https://site.example/later/', active: null, waiting: null, installing: {} },
  ] as unknown as ServiceWorkerRegistration[];
  const calls: unknown[] = [];
  const before = Date.now();
  let looked = 0;
  await tellRegistrations(
    {
      getRegistrations: async () => {
        looked = Date.now();
        return registrations;
      },
    },
    {
      call: async (...call) => {
        calls.push(call);
        return undefined as never;
      },
    },
  );
  const at = expect.toSatisfy((time: number) => time >= before && time <= looked);
  expect(calls).toEqual([['living', { scopes: ['https://site.example/'], at }]]);
});
