import { createHash } from 'node:crypto';
import type { MessengerAccount } from './accounts.ts';
import type { Person } from './people.ts';

/** What a customer can tap. */
export interface Choice {
  readonly kind: 'quick_reply' | 'postback';
  readonly title: string;
  readonly payload: string;
}
export interface Reaction {
  readonly reaction: string;
  readonly emoji: string;
}
export interface ThreadMessage {
  readonly mid: string;
  readonly at: number;
  readonly from: 'customer' | 'business';
  text: string;
  readonly attachments: readonly { readonly type: string; readonly mimeType: string; readonly url: string; readonly size: number }[];
  readonly replyTo?: string;
  /** The app that sent it, and what it offers: only that app is told which payload was tapped. */
  readonly appId?: string;
  readonly choices?: readonly Choice[];
  readonly reactions?: Map<'customer' | 'business', Reaction>;
  edits?: number;
  /** Unsent by the customer: reading it is refused. */
  gone?: boolean;
}
export interface Thread {
  readonly id: string;
  readonly account: MessengerAccount;
  readonly person: Person;
  /** The oldest first. */
  readonly messages: ThreadMessage[];
  updatedAt: number;
}
const MAX_KEPT = 2000;

/** What the Conversations API reads: every message, whether or not its webhook was taken. */
export function createThreads() {
  const byPerson = new Map<string, Thread>();
  const byId = new Map<string, Thread>();
  const byMid = new Map<string, { thread: Thread; message: ThreadMessage }>();
  const keyOf = (account: MessengerAccount, person: Person) => `${account.id} ${person.id}`;
  const open = (account: MessengerAccount, person: Person): Thread => {
    const key = keyOf(account, person);
    const known = byPerson.get(key);
    if (known) return known;
    const digest = createHash('sha256').update(key).digest();
    const id = account.object === 'page' ? `t_${digest.readBigUInt64BE() % 10n ** 17n}` : `aWdfZAG06${digest.toString('base64url')}`;
    const thread = { id, account, person, messages: [], updatedAt: 0 };
    byPerson.set(key, thread);
    byId.set(id, thread);
    return thread;
  };
  return {
    add(account: MessengerAccount, person: Person, message: ThreadMessage): void {
      const thread = open(account, person);
      const kept = { ...message, reactions: new Map() };
      thread.messages.push(kept);
      thread.updatedAt = message.at;
      byMid.set(message.mid, { thread, message: kept });
      const gone = thread.messages.length > MAX_KEPT ? thread.messages.shift() : undefined;
      if (gone) byMid.delete(gone.mid);
    },
    /** The newest first. */
    of: (account: MessengerAccount): Thread[] => [...byId.values()].filter((t) => t.account.id === account.id).sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1)),
    find: (account: MessengerAccount, person: Person) => byPerson.get(keyOf(account, person)),
    byId: (id: string) => byId.get(id),
    byMid: (mid: string) => byMid.get(mid),
    /** A message of the thread of this person, unsent ones apart. */
    message(account: MessengerAccount, person: Person, mid: unknown): ThreadMessage | undefined {
      const found = typeof mid === 'string' ? byMid.get(mid) : undefined;
      return found && found.thread.account.id === account.id && found.thread.person.id === person.id && !found.message.gone ? found.message : undefined;
    },
  };
}
export type Threads = ReturnType<typeof createThreads>;
