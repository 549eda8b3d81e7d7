import { eventId } from '../../schemas/ids.ts';
import { newId } from '../../src/id.ts';

test('an event id is a UUIDv5 and depends on every part', () => {
  const a = eventId(['whatsapp', '1', 'message', 'wamid.A']);
  expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(eventId(['whatsapp', '1', 'message', 'wamid.A'])).toBe(a);
  expect(eventId(['whatsapp', '1', 'message', 'wamid.B'])).not.toBe(a);
  expect(eventId(['whatsapp', '1m', 'essage', 'wamid.A'])).not.toBe(a);
});

test('ids made in one process sort in the order of making', () => {
  const ids = Array.from({ length: 1000 }, () => newId('ms_'));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(1000);
  expect(import.meta.url).toContain('ids.test');
});
