import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOSSES } from '../../adapters/_content/losses.ts';
import { createAdapters } from '../../adapters/index.ts';
import { capabilityTable } from '../support/capability-table.ts';

const root = join(import.meta.dirname, '../..');
const adapters = createAdapters();
const CHANNELS = [
  ['WhatsApp', 'whatsapp', 'meta'],
  ['Messenger', 'messenger', 'meta'],
  ['Instagram', 'instagram', 'meta'],
  ['SMS', 'sms', 'twilio'],
  ['WhatsApp by Twilio', 'whatsapp', 'twilio'],
  ['RCS', 'rcs', 'twilio'],
] as const;

test('README.md shows what each channel takes, as the data says it', () => {
  const table = capabilityTable(
    CHANNELS.map(([name, type, provider]) => {
      const adapter = adapters.of(type, provider);
      if (!adapter) throw new Error(`${type} of ${provider} has no adapter`);
      return [name, adapter.capabilities] as const;
    }),
  );
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const shown = readme.slice(readme.indexOf('<!-- capabilities -->') + '<!-- capabilities -->'.length, readme.indexOf('<!-- /capabilities -->')).trim();
  // The formatter aligns columns. Where this fails after a change of the data, put the received table between the marks.
  expect(shown.replace(/ +/g, ' ').replace(/-{3,}/g, '---')).toBe(table.replace(/ +/g, ' '));
});

test('every loss is told in one sentence', () => {
  for (const words of Object.values(LOSSES)) expect(words).toMatch(/^[A-Z][^.]*\.$/);
});
