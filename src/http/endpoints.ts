/** Public webhook paths. `whatsapp` and `messenger` are one handler: the body's object decides, not the path. */
export interface Endpoint {
  readonly name: 'whatsapp' | 'messenger' | 'sms' | 'sms_status';
  readonly provider: 'meta' | 'twilio';
  readonly channel: string | null;
}

const ROUTE = /^\/webhooks\/(whatsapp|messenger|sms\/status|sms)(?:\/(ch_[A-Za-z0-9_]{1,60}))?$/;

/** The endpoint of a path (without query), or null. */
export function endpointOf(path: string): Endpoint | null {
  if (path === '/webhooks/whatsapp') return SHARED_WHATSAPP; // by far the most frequent
  const match = ROUTE.exec(path);
  if (!match) return null;
  const name = match[1] === 'sms/status' ? 'sms_status' : (match[1] as 'whatsapp' | 'messenger' | 'sms');
  return { name, provider: name === 'whatsapp' || name === 'messenger' ? 'meta' : 'twilio', channel: match[2] ?? null };
}
const SHARED_WHATSAPP: Endpoint = { name: 'whatsapp', provider: 'meta', channel: null };
