import { isObject, type Loose, object, text } from '../_graph/loose.ts';
import { parseJson } from '../_graph/parse-json.ts';
import type { VerifiedRequest } from '../contract.ts';
import type { Fact, Normalized, Reject } from '../facts.ts';
import { alone, type Change, openChange, reject } from './elements.ts';
import { account, automaticEvents, isAccountField } from './fields/account.ts';
import { history, stateSync } from './fields/coexistence.ts';
import { calls, echoes, groups, handovers, messages, preferences, standby } from './fields/values.ts';

const FIELDS: Readonly<Record<string, (change: Change) => void>> = {
  messages,
  message_echoes: echoes,
  smb_message_echoes: echoes,
  standby,
  messaging_handovers: handovers,
  calls,
  user_preferences: preferences,
  history,
  smb_app_state_sync: stateSync,
  automatic_events: automaticEvents,
  group_lifecycle_update: groups,
  group_participants_update: groups,
  group_participant_update: groups,
  group_settings_update: groups,
  group_status_update: groups,
};

function readChange(entry: Loose, raw: unknown, place: { path: string; facts: Fact[]; rejects: Reject[] }): void {
  const change = openChange({ entry, change: object(raw), ...place });
  const whole = () => ({ path: change.path, element: alone(change, null, change.value) });
  if (!isObject(raw) || !isObject(object(raw).value))
    return reject(change, 'the change has no value', {
      ...whole(),
      path: place.path,
      element: JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: entry.id, changes: [raw] }] }),
    });
  const read = Object.hasOwn(FIELDS, change.field) ? FIELDS[change.field] : isAccountField(change.field) ? account : undefined;
  if (!read) return reject(change, `field "${change.field.slice(0, 60)}" is not known`, { ...whole(), code: 'unknown_field' });
  const before = change.facts.length + change.rejects.length;
  const mark = { facts: change.facts.length, rejects: change.rejects.length };
  try {
    read(change);
  } catch {
    change.facts.length = mark.facts;
    change.rejects.length = mark.rejects;
    return reject(change, 'the value could not be read', whole());
  }
  if (change.facts.length + change.rejects.length === before) reject(change, `the value of ${change.field} holds nothing that is known`, whole());
}

const useless = (reason: string): Normalized => ({ facts: [], rejects: [{ path: '', code: 'malformed_body', reason }] });

/** As normalizeBody, of the raw request. */
export function normalize(request: VerifiedRequest): Normalized {
  const parsed = parseJson(request.body);
  return parsed.ok ? normalizeBody(object(parsed.value)) : useless(parsed.reason);
}

/** Every element of a WhatsApp webhook as a fact or a reject, in the order of the body. Pure and total. */
export function normalizeBody(body: Loose): Normalized {
  if (text(body.object) !== 'whatsapp_business_account') return useless('the object is not whatsapp_business_account');
  if (!Array.isArray(body.entry) || !body.entry.length) return useless('the body has no entries');
  const facts: Fact[] = [];
  const rejects: Reject[] = [];
  for (const [e, entry] of body.entry.entries()) {
    const path = `entry[${e}]`;
    const changes = object(entry).changes;
    if (!Array.isArray(changes) || !changes.length)
      rejects.push({
        path,
        code: 'malformed_element',
        reason: 'the entry has no changes',
        channelType: 'whatsapp',
        element: JSON.stringify({ object: 'whatsapp_business_account', entry: [entry] }),
      });
    else for (const [c, change] of changes.entries()) readChange(object(entry), change, { path: `${path}.changes[${c}]`, facts, rejects });
  }
  return { facts, rejects };
}
