import { camel, camelRest, canonical, type Loose, present, text } from '../loose.ts';
import { beside, customerKey, type Item, opensWindow, type Reader } from './item.ts';

function opened(item: Item, by: 'referral' | 'opt_in', opens: boolean): ReturnType<Reader> {
  const referral = { ...(camel(item.event) as Loose), ...beside(item) };
  return {
    meaning: ['opened', by, customerKey(item), canonical({ timestamp: item.item.timestamp, event: item.event, lead: item.item.lead })],
    body: present({ kind: 'opened' as const, by, referral, opensWindow: opens ? true : undefined }),
  };
}

/** `referral` alone: a link into a thread that exists opens the window; an ad only with the message that follows it. */
export const referral: Reader = (item) => {
  const r = item.event;
  const ofAd = text(r.source)?.toUpperCase() === 'ADS' || r.ad_id !== undefined || text(r.type)?.startsWith('LEAD_') === true;
  return opened(item, 'referral', opensWindow(item) && !ofAd);
};

const CHOICES: readonly [RegExp, 'opted_out' | 'opted_in'][] = [
  [/^stop\b/i, 'opted_out'],
  [/^resume\b/i, 'opted_in'],
];
/** `optin`: of a plugin, which opens the window; to marketing messages, which does not; or the stop and resume of these. */
export const optin: Reader = (item) => {
  const o = item.event;
  const said = text(o.notification_messages_status) ?? '';
  const state = CHOICES.find(([word]) => word.test(said))?.[1];
  if (!state) return opened(item, 'opt_in', opensWindow(item) && text(o.type) === undefined);
  const topic = text(o.notification_messages_token) ?? text(o.payload) ?? '';
  return {
    meaning: ['consent', customerKey(item), `marketing:${topic}`, state, text(item.item.timestamp) ?? ''],
    body: present({
      kind: 'consent' as const,
      state,
      scope: 'marketing',
      source: 'notification_messages',
      detail: text(o.title) ?? text(o.notification_messages_topic),
      platform: { ...camelRest(o, ['title']), ...beside(item) },
    }),
  };
};
