import type { Answer, Asked } from '../core/platform-server.ts';
import { createSlidingWindow } from '../core/sliding-window.ts';
import { jsonObject } from '../meta/bearer.ts';
import { refuse } from './errors.ts';
import type { WhatsappNumber } from './numbers.ts';
import { formatted } from './phone-numbers.ts';
import { type Fields, isText, list } from './rules.ts';

const [REGISTRATIONS, REGISTRATION_MS] = [10, 72 * 3_600_000];
const DEFAULTS = ['verified_name', 'code_verification_status', 'display_phone_number', 'quality_rating', 'platform_type', 'throughput', 'webhook_configuration'];
const PROFILE = ['about', 'address', 'description', 'email', 'websites', 'vertical', 'profile_picture_url'];

/** Only the fields that were asked for, and the id; one that does not exist is refused as Graph does. */
export function project(all: Fields, query: URLSearchParams, { defaults, node }: { defaults: readonly string[]; node: string }): Answer {
  const wanted = query.get('fields')?.split(',').filter(Boolean) ?? defaults;
  const unknown = wanted.find((f) => !Object.hasOwn(all, f));
  if (unknown !== undefined) return refuse(100, `Tried accessing nonexisting field (${unknown}) on node type (${node})`);
  return { status: 200, body: Object.fromEntries([...wanted, 'id'].filter((f) => all[f] !== undefined).map((f) => [f, all[f]])) };
}
const health = (number: WhatsappNumber, can: string) => ({
  can_send_message: can,
  entities: [
    { entity_type: 'PHONE_NUMBER', id: number.phoneNumberId, can_send_message: can },
    { entity_type: 'WABA', id: number.businessAccountId, can_send_message: 'AVAILABLE' },
    { entity_type: 'BUSINESS', id: `5${number.businessAccountId}`, can_send_message: 'AVAILABLE' },
    { entity_type: 'APP', id: number.appId ?? '', can_send_message: 'AVAILABLE' },
  ],
});

/** One number's state as management calls see and change it: registration, PIN, profile, blocked users (whatsapp.md 9). */
export function createNumberState(number: WhatsappNumber, now: () => number) {
  const registrations = createSlidingWindow({ limit: REGISTRATIONS, windowMs: REGISTRATION_MS, now });
  const blocked = new Set<string>();
  let registered = true;
  let pin: string | null = null;
  let profile: Fields = { messaging_product: 'whatsapp', about: '', vertical: 'UNDEFINED', websites: [] };

  function register(body: Fields, into: boolean): Answer {
    if (!registrations.take()) return refuse(133016, 'At most 10 in 72 hours');
    if (into) {
      if (body.messaging_product !== 'whatsapp') return refuse(100, 'messaging_product must be whatsapp');
      if (!isText(body.pin) || !/^\d{6}$/.test(body.pin)) return refuse(100, 'pin must be 6 digits');
      if (pin !== null && pin !== body.pin) return refuse(133005, 'The PIN is wrong');
      pin = body.pin;
    }
    registered = into;
    return { status: 200, body: { success: true } };
  }
  function block(asked: Asked): Answer {
    if (asked.method === 'GET') return { status: 200, body: { data: [{ block_users: [...blocked].map((wa_id) => ({ messaging_product: 'whatsapp', wa_id })) }] } };
    const users = list(jsonObject(asked.body)?.block_users).map(({ user, user_id }) => String(user ?? user_id));
    if (!users.length) return refuse(131008, 'block_users is required');
    for (const user of users) blocked[asked.method === 'DELETE' ? 'delete' : 'add'](user.replace(/\D/g, ''));
    const done = users.map((input) => ({ input, wa_id: input.replace(/\D/g, '') }));
    return { status: 200, body: { messaging_product: 'whatsapp', block_users: asked.method === 'DELETE' ? { removed_users: done } : { added_users: done } } };
  }
  function profileOf(asked: Asked): Answer {
    if (asked.method === 'GET') {
      const wanted = asked.query.get('fields')?.split(',') ?? ['about'];
      return { status: 200, body: { data: [Object.fromEntries(Object.entries(profile).filter(([name]) => name === 'messaging_product' || wanted.includes(name)))] } };
    }
    profile = { ...profile, ...Object.fromEntries(Object.entries(jsonObject(asked.body) ?? {}).filter(([name]) => PROFILE.includes(name))) };
    return { status: 200, body: { success: true } };
  }
  return {
    registered: (): boolean => registered,
    isBlocked: (phone: string): boolean => blocked.has(phone),
    /** GET /{phone-number-id} (whatsapp.md 9.4). */
    show(query: URLSearchParams, webhookConfiguration: object): Answer {
      const all = {
        id: number.phoneNumberId,
        display_phone_number: formatted(number.displayNumber),
        verified_name: number.name ?? 'Sandbox',
        name_status: 'APPROVED',
        new_name_status: 'NONE',
        status: registered ? 'CONNECTED' : 'DISCONNECTED',
        quality_rating: 'GREEN',
        code_verification_status: 'VERIFIED',
        whatsapp_business_manager_messaging_limit: 'TIER_2K',
        messaging_limit_tier: 'TIER_2K',
        throughput: { level: 'STANDARD' },
        health_status: health(number, registered ? 'AVAILABLE' : 'BLOCKED'),
        webhook_configuration: webhookConfiguration,
        is_on_biz_app: false,
        is_official_business_account: false,
        platform_type: 'CLOUD_API',
        account_mode: 'LIVE',
      };
      return project(all, query, { defaults: DEFAULTS, node: 'WhatsAppBusinessPhoneNumber' });
    },
    /** The edges that are this state's; null: another's. */
    edge(name: string, asked: Asked): Answer | null {
      const body = () => jsonObject(asked.body) ?? {};
      if (name === 'register' && asked.method === 'POST') return register(body(), true);
      if (name === 'deregister' && asked.method === 'POST') return register(body(), false);
      if (name === 'request_code' || name === 'verify_code') return refuse(136024, 'The number is verified');
      if (name === 'block_users') return block(asked);
      return name === 'whatsapp_business_profile' ? profileOf(asked) : null;
    },
    setPin(value: unknown): Answer {
      if (!isText(value) || !/^\d{6}$/.test(value)) return refuse(100, 'pin must be 6 digits');
      pin = value;
      return { status: 200, body: { success: true } };
    },
    health: () => health(number, registered ? 'AVAILABLE' : 'BLOCKED'),
  };
}
export type NumberState = ReturnType<typeof createNumberState>;
