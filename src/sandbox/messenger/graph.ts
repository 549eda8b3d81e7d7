import type { Clock } from '../core/clock.ts';
import type { Answer, Asked } from '../core/platform-server.ts';
import { graphPath, jsonObject, objectOf, tokenOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { checkAttachments } from './attachments.ts';
import type { Cdn } from './cdn.ts';
import { listThreads, messagesOf, pagingOf, showMessage, showThread } from './conversations.ts';
import { refuse } from './errors.ts';
import { parseFields } from './fields.ts';
import type { People } from './people.ts';
import { showProfile } from './profile.ts';
import { checkSend, type ToSend } from './send.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Threads } from './threads.ts';

interface Limit {
  take(account: string): boolean;
}
export interface MessengerState {
  readonly accounts: readonly MessengerAccount[];
  readonly clock: Clock;
  readonly people: People;
  readonly threads: Threads;
  readonly cdn: Cdn;
  readonly subscriptions: Subscriptions;
  /** Calls a second of one account (messenger.md 7). */
  readonly limits: { readonly text: Limit; readonly media: Limit; readonly reads: Limit };
  url(): string;
  hasAttachment(id: string): boolean;
  newAttachment(): string;
  deliver(account: MessengerAccount, message: ToSend): string;
}
type Call = { readonly asked: Asked; readonly mine: readonly MessengerAccount[] };

/** The accounts that a node of the path means: by id, by the linked Page, or `me`, the token's own. */
const accountsOf = (mine: readonly MessengerAccount[], node: string) => (node === 'me' ? mine : mine.filter((a) => a.id === node || a.pageId === node));

export function createGraph(state: MessengerState) {
  function send(asked: Asked, accounts: readonly MessengerAccount[]): Answer {
    const body = jsonObject(asked.body);
    if (!body) return refuse('parameter', 'the body is not a JSON object');
    // By a Page's node both its customers and those of its Instagram account are written to: the recipient decides.
    const id = objectOf(body.recipient).id;
    const account = (typeof id === 'string' && accounts.find((a) => state.people.find(a, id))) || accounts[0];
    if (!account) return refuse('node');
    const heavy = checkMedia(body);
    if (!state.limits[heavy ? 'media' : 'text'].take(account.id)) return refuse(account.object === 'page' ? 'sendRate' : 'sendRateInstagram');
    const checked = checkSend(body, { account, now: state.clock.now(), person: (who) => state.people.find(account, who), hasAttachment: state.hasAttachment });
    if ('no' in checked) return checked.no;
    if ('action' in checked) return { status: 200, body: { recipient_id: checked.person.id } };
    const { person } = checked.message;
    return { status: 200, body: { recipient_id: person.id, message_id: state.deliver(account, checked.message) } };
  }
  function upload(asked: Asked, accounts: readonly MessengerAccount[]): Answer {
    const body = jsonObject(asked.body);
    const [account] = accounts;
    if (!body || !account) return refuse('parameter');
    const checked = checkAttachments(objectOf(body.message), { account, hasAttachment: () => false });
    if (!Array.isArray(checked)) return checked as Answer;
    return checked.length === 1 ? { status: 200, body: { attachment_id: state.newAttachment() } } : refuse('attachmentType');
  }
  function conversations(asked: Asked, accounts: readonly MessengerAccount[]): Answer {
    const platform = asked.query.get('platform');
    const wanted = platform === null ? accounts : accounts.filter((a) => a.object === (platform === 'instagram' ? 'instagram' : 'page'));
    const [account] = wanted;
    if (!account) return refuse('parameter', 'platform');
    if (!state.limits.reads.take(account.id)) return refuse('readRate');
    return listThreads(state.threads.of(account), asked.query, { base: state.url(), self: `${state.url()}${asked.path}` });
  }
  function read({ asked, mine }: Call, node: string, edge: string | undefined): Answer {
    const fields = parseFields(asked.query.get('fields') ?? '');
    if (!fields) return refuse('parameter', 'fields');
    const thread = state.threads.byId(node);
    const found = state.threads.byMid(node);
    const owner = thread?.account ?? found?.thread.account;
    if (owner) {
      if (!mine.includes(owner)) return refuse('node');
      if (!state.limits.reads.take(owner.id)) return refuse('readRate');
      if (found) return { status: 200, body: showMessage(found.thread, found.message, fields) };
      if (thread && edge === 'messages') return { status: 200, body: messagesOf(thread, fields, pagingOf(asked.query, `${state.url()}${asked.path}`)) };
      if (thread && edge === undefined) return { status: 200, body: showThread(thread, fields, state.url()) };
    }
    const known = mine.map((account) => ({ account, person: state.people.find(account, node) })).find(({ person }) => person);
    if (edge === undefined && known?.person) return showProfile(known.account, known.person, { fields: asked.query.get('fields'), picture: state.cdn.picture(node) });
    const [account] = accountsOf(mine, node);
    if (!account || edge !== undefined) return refuse('node');
    const own: Record<string, unknown> = {
      name: account.name,
      username: account.name,
      user_id: account.id,
      messaging_feature_status: { hop_v2: false, msgr_multi_app: false, ig_multi_app: false },
    };
    return { status: 200, body: { ...Object.fromEntries(fields.filter((f) => f.name in own).map((f) => [f.name, own[f.name]])), id: account.id } };
  }
  return (asked: Asked): Answer => {
    if (state.cdn.serves(asked.path)) return state.cdn.get(asked.path, asked.query);
    const token = tokenOf(asked);
    const mine = state.accounts.filter((a) => a.accessToken === token);
    if (!mine.length) return refuse('token');
    const [node = '', edge] = graphPath(asked.path);
    const accounts = accountsOf(mine, node);
    const [account] = accounts;
    if (edge === 'subscribed_apps' && account) return state.subscriptions.answer(asked, account);
    if (asked.method === 'GET' && edge === 'conversations') return conversations(asked, accounts);
    if (asked.method === 'GET') return read({ asked, mine }, node, edge);
    if (asked.method === 'POST' && account && edge === 'messages') return send(asked, accounts);
    if (asked.method === 'POST' && account && edge === 'message_attachments') return upload(asked, accounts);
    return refuse('node');
  };
}
/** Audio and video have a limit of their own. */
function checkMedia(body: Record<string, unknown>): boolean {
  const { type } = objectOf(objectOf(body.message).attachment);
  return type === 'audio' || type === 'video';
}
