import { createHmac } from 'node:crypto';
import type { Answer, Asked } from '../core/platform-server.ts';
import { tokenOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { refuse } from './errors.ts';

/** A Meta app: where its webhooks go, what signs them, and its token for each account. */
export interface MessengerApp {
  readonly id: string;
  readonly secret: string;
  readonly webhookUrl: string;
  /** Access token by account id. */
  readonly tokens: Readonly<Record<string, string>>;
}
/** Who calls: an app, for the accounts of its token. */
export interface Caller {
  readonly app: MessengerApp;
  readonly accounts: readonly MessengerAccount[];
}

/** The apps that the accounts name themselves, all with one webhook address. */
export function appsOf(accounts: readonly MessengerAccount[], webhookUrl: string): MessengerApp[] {
  return [...new Set(accounts.map((a) => a.appId))].map((id) => {
    const own = accounts.filter((a) => a.appId === id);
    return { id, secret: own[0]?.appSecret ?? '', webhookUrl, tokens: Object.fromEntries(own.map((a) => [a.id, a.accessToken])) };
  });
}
const proofOf = (token: string, secret: string) => createHmac('sha256', secret).update(token).digest('hex');

/** Whose token it is, and whether its proof is right where there is one or must be one (messenger.md 8.4). */
export function callerOf(asked: Asked, apps: readonly MessengerApp[], accounts: readonly MessengerAccount[]): Caller | Answer {
  const token = tokenOf(asked);
  for (const app of apps) {
    const mine = token === undefined ? [] : accounts.filter((a) => app.tokens[a.id] === token);
    if (!mine.length) continue;
    const proof = asked.query.get('appsecret_proof');
    if (proof === null) return mine.some((a) => a.requireProof) ? refuse('proofMissing') : { app, accounts: mine };
    return proof === proofOf(token ?? '', app.secret) ? { app, accounts: mine } : refuse('proof');
  }
  return refuse('token');
}
/** The app whose own token it is: `{app-id}|{app-secret}`. */
export const appByToken = (asked: Asked, apps: readonly MessengerApp[]): MessengerApp | undefined => apps.find((a) => tokenOf(asked) === `${a.id}|${a.secret}`);
