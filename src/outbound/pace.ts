import type { Limits } from '../../adapters/contract.ts';

/** What of a channel decides about its pace; the store's row and the registry's entry both tell it. */
export interface PacedChannel {
  readonly type: string;
  readonly account: string;
  readonly settings: Readonly<Record<string, unknown>>;
}
/** What any platform permits a number; a channel with a base URL of its own speaks to something else (a proxy, a test), whose limits only its owner knows. */
const MOST_PER_SECOND = 1000;
const MOST_ELSEWHERE = 100_000;
/** Numbers that the WhatsApp Business app uses too (Coexistence); settings.coexistence tells them. */
const COEXISTENCE_PER_SECOND = 20;

/** The messaging service that a channel sends through; '' for none. */
export const serviceOf = ({ settings }: Pick<PacedChannel, 'settings'>): string => (typeof settings.messagingServiceSid === 'string' ? settings.messagingServiceSid : '');

/** One allowance, one lane: an account, or the messaging service that several numbers send through. */
export const laneKey = (channel: PacedChannel): string => (serviceOf(channel) ? `${channel.type} ${serviceOf(channel)}` : `${channel.type} ${channel.account}`);

/** Places a second: what the channel's settings say, else what its kind of sender is allowed. */
export function perSecondOf(limits: Limits, channel: PacedChannel): number {
  const told = channel.settings.messagesPerSecond;
  const given = typeof told === 'number' || typeof told === 'string' ? Number(told) : Number.NaN;
  const most = typeof channel.settings.baseUrl === 'string' ? MOST_ELSEWHERE : MOST_PER_SECOND;
  if (given > 0 && given <= most) return given;
  if (channel.settings.coexistence === true) return Math.min(COEXISTENCE_PER_SECOND, limits.account.perSecond);
  const address = channel.account.split(' ').at(-1) ?? '';
  return limits.account.senders?.find((s) => s.address.test(address))?.perSecond ?? limits.account.perSecond;
}
