import type { Consent } from '../../src/outbound/consent-rule.ts';
import { judge, type Situation } from '../../src/outbound/policy.ts';
import { quietUntil } from '../../src/outbound/quiet-hours.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const HOUR = 3_600_000;
const WHATSAPP = { windowHours: 24, templateOutsideWindow: true } as const;
const MESSENGER = { windowHours: 24, humanAgentHours: 168, retiredTags: ['ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE'] } as const;
const SMS = { windowHours: null } as const;
/** When the window closes of a customer who wrote so many hours ago. */
const wrote = (hoursAgo: number) => NOW + (24 - hoursAgo) * HOUR;
const text = { type: 'text', text: 'hi' } as const;
const raw = (tag: string) => ({ type: 'raw', payload: { tag } }) as const;
const situation = (over: Partial<Situation>): Situation => ({
  content: text,
  author: null,
  category: null,
  bulk: false,
  swap: false,
  capabilities: WHATSAPP,
  windowExpiresAt: wrote(1),
  consents: [],
  channel: { id: 'ch', service: '' },
  nowMs: NOW,
  ...over,
});

describe('window and tags', () => {
  test.each<[string, Partial<Situation>, string]>([
    ['within 24 h', { windowExpiresAt: wrote(23.99) }, 'plain'],
    ['at 24 h', { windowExpiresAt: wrote(24) }, 'window_closed'],
    ['never written, WhatsApp', { windowExpiresAt: null }, 'template_needed'],
    ['never written, Messenger', { windowExpiresAt: null, capabilities: MESSENGER }, 'window_closed'],
    ['a template at any time', { windowExpiresAt: null, content: { type: 'template', name: 'x' } }, 'plain'],
    ['a template to swap to', { windowExpiresAt: wrote(30), swap: true }, 'template'],
    ['a template to swap to, and the window open', { swap: true }, 'plain'],
    ['SMS has no window', { windowExpiresAt: null, capabilities: SMS }, 'plain'],
    ['a person after a day', { windowExpiresAt: wrote(25), capabilities: MESSENGER, author: 'human' }, 'human_agent'],
    ['a person within the day', { capabilities: MESSENGER, author: 'human' }, 'plain'],
    ['a person on the seventh day', { windowExpiresAt: wrote(167.9), capabilities: MESSENGER, author: 'human' }, 'human_agent'],
    ['a person after seven days', { windowExpiresAt: wrote(168), capabilities: MESSENGER, author: 'human' }, 'window_closed'],
    ['a bot after a day', { windowExpiresAt: wrote(25), capabilities: MESSENGER, author: 'bot' }, 'window_closed'],
    ['nobody says who wrote it', { windowExpiresAt: wrote(25), capabilities: MESSENGER }, 'window_closed'],
    ['a person on WhatsApp, which has no such tag', { windowExpiresAt: wrote(25), author: 'human' }, 'window_closed'],
    ['a retired tag', { content: raw('ACCOUNT_UPDATE'), capabilities: MESSENGER }, 'tag_not_allowed'],
    ['HUMAN_AGENT by hand, a person', { content: raw('HUMAN_AGENT'), capabilities: MESSENGER, author: 'human', windowExpiresAt: wrote(100) }, 'plain'],
    ['HUMAN_AGENT by hand, a bot', { content: raw('HUMAN_AGENT'), capabilities: MESSENGER, author: 'bot' }, 'tag_not_allowed'],
    ['HUMAN_AGENT by hand, too late', { content: raw('HUMAN_AGENT'), capabilities: MESSENGER, author: 'human', windowExpiresAt: wrote(169) }, 'tag_not_allowed'],
  ])('%s', (_what, over, expected) => {
    const verdict = judge(situation(over));
    expect(verdict.ok ? verdict.mode : verdict.code).toBe(expected);
    if (!verdict.ok) expect(verdict).toMatchObject({ detail: expect.stringMatching(/\w/), pointer: expect.stringMatching(/^\//) });
  });
});

describe('consent', () => {
  const said = (over: Partial<Consent>): Consent => ({ channel: 'ch', scope: 'sender', service: '', state: 'opted_out', source: 'keyword', at: NOW - HOUR, until: null, ...over });
  test.each<[string, Consent, Partial<Situation>, string]>([
    ['STOP to this number', said({}), {}, 'not_opted_in'],
    ['STOP to another number', said({ channel: 'other' }), {}, 'plain'],
    ['START after it', said({ state: 'opted_in' }), {}, 'plain'],
    [
      'STOP to the messaging service, this number is of it',
      said({ channel: 'other', scope: 'service', service: 'MG1' }),
      { channel: { id: 'ch', service: 'MG1' } },
      'not_opted_in',
    ],
    ['STOP to another messaging service', said({ channel: 'other', scope: 'service', service: 'MG2' }), { channel: { id: 'ch', service: 'MG1' } }, 'plain'],
    ['no service is no other service', said({ channel: 'other', scope: 'service' }), {}, 'plain'],
    ['everything, everywhere', said({ channel: '', scope: 'all' }), {}, 'not_opted_in'],
    ['everything, a template too', said({ channel: '', scope: 'all' }), { content: { type: 'template', name: 'x' } }, 'not_opted_in'],
    ['marketing, and this is a reply', said({ scope: 'marketing' }), {}, 'plain'],
    ['marketing, and this is bulk', said({ scope: 'marketing' }), { bulk: true }, 'not_opted_in'],
    ['marketing told on another channel', said({ scope: 'marketing', channel: 'other' }), { category: 'marketing' }, 'not_opted_in'],
    ['marketing, and this is bulk but says utility', said({ scope: 'marketing' }), { bulk: true, category: 'utility' }, 'plain'],
    ['capped until tomorrow', said({ scope: 'capped', until: NOW + HOUR }), { category: 'marketing' }, 'marketing_capped'],
    ['capped, and this is no marketing', said({ scope: 'capped', until: NOW + HOUR }), {}, 'plain'],
    ['capped until yesterday', said({ scope: 'capped', until: NOW }), { category: 'marketing' }, 'plain'],
    ['capped on another channel', said({ scope: 'capped', channel: 'other', until: NOW + HOUR }), { category: 'marketing' }, 'plain'],
  ])('%s', (_what, consent, over, expected) => {
    const verdict = judge(situation({ consents: [consent], ...over }));
    expect(verdict.ok ? verdict.mode : verdict.code).toBe(expected);
  });
});

describe('quiet hours', () => {
  const at = (iso: string, over: object = {}) => {
    const until = quietUntil({ timeZone: 'Europe/London', from: '21:00', to: '08:00', ...over }, Date.parse(iso));
    return until === null ? null : new Date(until).toISOString();
  };
  test.each<[string, string, object, string | null]>([
    ['noon', '2026-11-24T12:00:00Z', {}, null],
    ['nine in the evening', '2026-11-24T21:00:00Z', {}, '2026-11-25T08:00:00.000Z'],
    ['after midnight', '2026-11-25T03:30:20Z', {}, '2026-11-25T08:00:00.000Z'],
    ['eight in the morning', '2026-11-25T08:00:00Z', {}, null],
    ['in summer', '2026-07-01T20:30:00Z', {}, '2026-07-02T07:00:00.000Z'],
    ['the night when the clocks go forward', '2026-03-28T22:00:00Z', {}, '2026-03-29T07:00:00.000Z'],
    ['the night when they go back', '2026-10-24T22:00:00Z', {}, '2026-10-25T08:00:00.000Z'],
    ['within one day', '2026-11-24T13:30:00Z', { from: '13:00', to: '14:00' }, '2026-11-24T14:00:00.000Z'],
    ['half an hour off the hour', '2026-11-24T16:00:00Z', { timeZone: 'Asia/Kolkata' }, '2026-11-25T02:30:00.000Z'],
    ['from and to the same', '2026-11-24T21:00:00Z', { to: '21:00' }, null],
  ])('%s', (_what, iso, over, expected) => expect(at(iso, over)).toBe(expected));
});
