import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { refuse } from './errors.ts';
import type { Choice } from './threads.ts';

/** What a Page's profile may have; an Instagram account the last two (messenger.md 6). */
const NAMES = {
  page: ['get_started', 'greeting', 'whitelisted_domains', 'account_linking_url', 'persistent_menu', 'ice_breakers'],
  instagram: ['persistent_menu', 'ice_breakers'],
} as const;
const MAX_ICE_BREAKERS = 4;
const listOf = (value: unknown) => (Array.isArray(value) ? value.map(objectOf) : []);
const postback = (title: unknown, payload: unknown): Choice => ({ kind: 'postback', title: String(title), payload: String(payload) });

/** GET, POST and DELETE /me/messenger_profile: the Get Started button, ice breakers and the menu, which customers tap. */
export function createPageSettings() {
  const known = new Map<string, Record<string, unknown>>();
  const of = (account: MessengerAccount) => known.get(account.id) ?? {};
  const breakersOf = (value: unknown) => listOf(value).flatMap((b) => (b.call_to_actions === undefined ? [b] : listOf(b.call_to_actions)));
  return {
    edge(method: string, body: Readonly<Record<string, unknown>>, account: MessengerAccount): Answer {
      const names: readonly string[] = NAMES[account.object];
      const asked = Array.isArray(body.fields) ? body.fields.map(String) : String(body.fields ?? '').split(',');
      const own = of(account);
      if (method === 'GET') {
        const shown = Object.fromEntries(asked.filter((name) => own[name] !== undefined).map((name) => [name, own[name]]));
        return { status: 200, body: { data: Object.keys(shown).length ? [shown] : [] } };
      }
      if (method === 'DELETE') {
        known.set(account.id, Object.fromEntries(Object.entries(own).filter(([name]) => !asked.includes(name))));
        return { status: 200, body: { result: 'success' } };
      }
      const given = Object.entries(body).filter(([name]) => name !== 'platform');
      if (!given.length || given.some(([name]) => !names.includes(name))) return refuse('parameter', `one of ${names.join(', ')}`);
      if (breakersOf(body.ice_breakers).length > MAX_ICE_BREAKERS) return refuse('parameter', `ice_breakers must be at most ${MAX_ICE_BREAKERS}`);
      known.set(account.id, { ...own, ...Object.fromEntries(given) });
      return { status: 200, body: { result: 'success' } };
    },
    getStarted(account: MessengerAccount): Choice | undefined {
      const { payload } = objectOf(of(account).get_started);
      return payload === undefined ? undefined : postback('Get started', payload);
    },
    /** What can be tapped at any time. */
    choices(account: MessengerAccount): Choice[] {
      const { ice_breakers: breakers, persistent_menu: menu } = of(account);
      const items = listOf(menu).flatMap((m) => listOf(m.call_to_actions));
      return [...breakersOf(breakers).map((b) => postback(b.question, b.payload)), ...items.filter((i) => i.type === 'postback').map((i) => postback(i.title, i.payload))];
    },
  };
}
export type PageSettings = ReturnType<typeof createPageSettings>;
