import { randomInt } from 'node:crypto';
import type { Answer } from '../core/platform-server.ts';
import type { MessengerAccount } from './accounts.ts';
import { isUrl } from './buttons.ts';
import { refuse } from './errors.ts';

interface Persona {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly profile_picture_url: string;
}
const MAX_NAME = 50;
const shown = ({ account: _account, ...rest }: Persona) => rest;

/** Names and faces under which a Page answers (messenger.md 4.2); a feature of Pages alone. */
export function createPersonas() {
  const known = new Map<string, Persona>();
  const find = (account: MessengerAccount, id: unknown) => {
    const found = typeof id === 'string' ? known.get(id) : undefined;
    return found?.account === account.id ? found : undefined;
  };
  return {
    has: (account: MessengerAccount, id: unknown): boolean => find(account, id) !== undefined,
    /** POST and GET /{page-id}/personas. */
    edge(method: string, body: Readonly<Record<string, unknown>>, account: MessengerAccount): Answer {
      if (account.object !== 'page') return refuse('node');
      if (method === 'GET') return { status: 200, body: { data: [...known.values()].filter((p) => p.account === account.id).map(shown) } };
      const { name, profile_picture_url: picture } = body;
      if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) return refuse('parameter', `name must be 1 to ${MAX_NAME} characters`);
      if (!isUrl(picture)) return refuse('parameter', 'profile_picture_url');
      const id = `21${randomInt(10 ** 12, 10 ** 13 - 1)}`;
      known.set(id, { id, account: account.id, name, profile_picture_url: picture });
      return { status: 200, body: { id } };
    },
    /** GET and DELETE /{persona-id}; null: no such persona. */
    node(method: string, id: string, accounts: readonly MessengerAccount[]): Answer | null {
      const found = accounts.map((a) => find(a, id)).find(Boolean);
      if (!found) return null;
      if (method === 'DELETE') known.delete(id);
      return { status: 200, body: method === 'DELETE' ? { success: true } : shown(found) };
    },
  };
}
export type Personas = ReturnType<typeof createPersonas>;
