import { camel, canonical, object, present, text } from '../../_graph/loose.ts';
import { add, type Change, each, entryAt } from '../elements.ts';

/** Fields about the number or the account, and the kind of `channel.changed` that each becomes. */
const KINDS: Readonly<Record<string, string>> = {
  account_update: 'account',
  account_alerts: 'alert',
  account_review_update: 'review',
  account_settings_update: 'settings',
  business_capability_update: 'limits',
  phone_number_quality_update: 'quality',
  phone_number_name_update: 'name',
  security: 'security',
  message_template_status_update: 'template_status',
  message_template_quality_update: 'template_quality',
  message_template_components_update: 'template_components',
  template_category_update: 'template_category',
  template_correct_category_detection: 'template_category',
  flows: 'flow',
  business_username_updates: 'username',
  business_username_update: 'username',
  payment_configuration_update: 'payment_configuration',
  partner_solutions: 'partner',
  group_status_update: 'group_status',
  user_id_update: 'user_id',
};
export const isAccountField = (field: string): boolean => Object.hasOwn(KINDS, field);

/** The phone_number_id that a value about one number names, where it names one. */
function numberOf(change: Change): string | undefined {
  const v = change.value;
  const entity = v.entity_type === 'PHONE_NUMBER' ? text(v.entity_id) : undefined;
  return change.number ?? text(object(v.phone_number_settings).phone_number_id) ?? entity;
}

/** One value of an account field is one fact, of the number where it names one, else of the business account. */
export function account(change: Change): void {
  const number = numberOf(change);
  const event = text(change.value.event) ?? text(change.value.decision) ?? text(change.value.status) ?? text(change.value.type);
  add(
    change,
    {
      addresses: [],
      at: entryAt(change),
      path: change.path,
      meaning: ['channel', change.field, canonical({ time: change.entryTime ?? null, value: change.value })],
      ...(number === undefined ? {} : { account: number }),
    },
    present({ kind: 'channel' as const, change: KINDS[change.field] ?? 'other', field: change.field, event, platform: camel(change.value) as Record<string, unknown> }),
  );
}

/** Leads and purchases that Meta detects in a thread: shape open, kept whole. */
export function automaticEvents(change: Change): void {
  each(change, 'automatic_events', (event, path) => {
    add(
      change,
      { addresses: [], at: entryAt(change), path, meaning: ['activity', 'automatic_event', canonical(event), ''] },
      { kind: 'activity', activity: 'automatic_event', platform: camel(event) as Record<string, unknown> },
    );
  });
}
