import type { Refusal } from './errors.ts';

/**
 * Levers: what a person or an account is, and what the platform says then. `POST /sandbox/messenger/people { id, state }` and
 * `POST /sandbox/messenger/accounts { id?, state }`; the state `well` ends it.
 */
export const PERSON_STATES = {
  well: {},
  /** Blocked the business, or switched messages off. A message of theirs ends it, as in life. */
  blocked: { send: 'blocked' },
  unavailable: { send: 'unavailable' },
  unreachable: { send: 'unreachable' },
  deleted: { send: 'gone' },
  leadAd: { send: 'leadAd' },
  euThread: { send: 'euThread' },
  topicStopped: { send: 'topicStopped' },
  /** Sends outside the window, by tag or template, look like abuse. */
  abusive: { tagged: 'abusive' },
  noProfile: { profile: 'noProfile' },
  noConsent: { profile: 'consent' },
  noName: { profile: 'nothing' },
  /** Their phone is off: nothing is delivered until they write again. */
  offline: { delivers: false, reads: false },
  /** Messages arrive, and are not looked at. */
  unread: { reads: false },
} as const satisfies Record<string, { send?: Refusal | 'gone'; tagged?: Refusal; profile?: Refusal | 'nothing'; delivers?: false; reads?: false }>;
export type PersonState = keyof typeof PERSON_STATES;

/** `reads`: calls that only look are refused too, since it is the token or the account that is wrong. */
export const ACCOUNT_STATES = {
  well: null,
  tokenExpired: { refusal: 'tokenExpired', reads: true },
  passwordChanged: { refusal: 'passwordChanged', reads: true },
  checkpoint: { refusal: 'checkpoint', reads: true },
  appRemoved: { refusal: 'appRemoved', reads: true },
  loggedOut: { refusal: 'loggedOut', reads: true },
  roleLost: { refusal: 'roleLost', reads: true },
  session: { refusal: 'session', reads: true },
  permission: { refusal: 'permission', reads: true },
  notApproved: { refusal: 'notApproved', reads: false },
  capability: { refusal: 'capability', reads: true },
  restricted: { refusal: 'restricted', reads: false },
  policy: { refusal: 'policy', reads: false },
  commerce: { refusal: 'commerce', reads: false },
  noInstagram: { refusal: 'noInstagram', reads: true },
  linkBroken: { refusal: 'linkBroken', reads: true },
  instagramBlocked: { refusal: 'instagramBlocked', reads: false },
  accessOff: { refusal: 'accessOff', reads: true },
  notEligible: { refusal: 'notEligible', reads: false },
  manyImages: { refusal: 'manyImages', reads: false, only: 'images' },
  appRate: { refusal: 'appRate', reads: true },
  userRate: { refusal: 'userRate', reads: true },
  pageRate: { refusal: 'pageRate', reads: true },
  unknown: { refusal: 'unknown', reads: false },
  /** Refused in words, and sent all the same (messenger.md 4.7). */
  sentAnyhow: { refusal: 'sentAnyhow', reads: false, sends: true },
  temporary: { refusal: 'temporary', reads: true },
  sendFailure: { refusal: 'sendFailure', reads: false },
} as const satisfies Record<string, { refusal: Refusal; reads: boolean; sends?: true; only?: 'images' } | null>;
export type AccountState = keyof typeof ACCOUNT_STATES;

/** The state of that name; a text where there is none. */
export function stateIn<T extends string>(states: Readonly<Record<T, unknown>>, name: unknown): { state: T } | string {
  return typeof name === 'string' && Object.hasOwn(states, name) ? { state: name as T } : `state is one of ${Object.keys(states).join(', ')}`;
}
