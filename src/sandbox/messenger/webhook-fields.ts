type Platform = 'page' | 'instagram';

/** Which subscribed field lets an item through, by the property that it has (messenger.md 2 and 3). */
const FIELD_OF: Readonly<Record<string, readonly [page: string, instagram: string]>> = {
  message: ['messages', 'messages'],
  echo: ['message_echoes', 'messages'], // Instagram's echoes come inside `messages`
  message_edit: ['message_edits', 'message_edit'],
  postback: ['messaging_postbacks', 'messaging_postbacks'],
  reaction: ['message_reactions', 'message_reactions'],
  delivery: ['message_deliveries', ''], // Instagram tells no delivery
  read: ['message_reads', 'messaging_seen'],
  optin: ['messaging_optins', 'messaging_optins'],
  referral: ['messaging_referrals', 'messaging_referral'],
  pass_thread_control: ['messaging_handovers', 'messaging_handover'],
  take_thread_control: ['messaging_handovers', 'messaging_handover'],
  request_thread_control: ['messaging_handovers', 'messaging_handover'],
  app_roles: ['messaging_handovers', 'messaging_handover'],
  policy_enforcement: ['messaging_policy_enforcement', ''],
  account_linking: ['messaging_account_linking', ''],
  response_feedback: ['response_feedback', ''],
  messaging_feedback: ['messaging_feedback', ''],
  messaging_customer_information: ['messaging_customer_information', ''],
  order: ['send_cart', ''],
  template: ['messages', ''],
  form: ['messaging_in_thread_lead_form_submit', ''],
  game_play: ['messaging_game_plays', ''],
  comment: ['feed', 'comments'],
  template_status: ['message_template_status_update', ''],
};
/** All that a Page's app may subscribe to, as far as it matters to messaging (messenger.md 1.1). */
const VALID = {
  page: 'messages,messaging_postbacks,messaging_optins,messaging_optouts,message_deliveries,message_reads,message_echoes,message_edits,message_reactions,message_context,message_mention,messaging_referrals,messaging_handovers,standby,messaging_policy_enforcement,messaging_integrity,messaging_account_linking,messaging_feedback,response_feedback,messaging_customer_information,messaging_in_thread_lead_form_submit,messaging_appointments,messaging_direct_sends,messaging_fblogin_account_linking,messaging_game_plays,messaging_payments,messaging_pre_checkouts,messaging_checkout_updates,send_cart,message_template_status_update,marketing_message_delivery_failed,calls,call_permission_reply,inbox_labels,conversations,feed,group_feed,mention,leadgen',
  instagram:
    'messages,messaging_postbacks,messaging_seen,message_reactions,messaging_referral,messaging_optins,messaging_handover,standby,message_edit,message_echoes,comments,live_comments,mentions',
} as const;
/** What an account's app has at first: the recommended sets, without what only doubles. */
const FIRST = {
  page: 'messages,messaging_postbacks,messaging_optins,message_deliveries,message_reads,message_echoes,message_edits,message_reactions,messaging_referrals,messaging_handovers,standby,messaging_policy_enforcement,messaging_feedback,messaging_customer_information,messaging_account_linking,message_template_status_update,feed',
  instagram: 'messages,messaging_postbacks,messaging_seen,message_reactions,messaging_referral,messaging_optins,messaging_handover,standby,message_edit,comments',
} as const;

export const validFields = (platform: Platform): ReadonlySet<string> => new Set(VALID[platform].split(','));
export const firstFields = (platform: Platform): readonly string[] => FIRST[platform].split(',');
/** Null: this platform never tells it. A property that nobody knows goes with `messages`. */
export function fieldOf(kind: string, platform: Platform): string | null {
  const row = Object.hasOwn(FIELD_OF, kind) ? FIELD_OF[kind] : undefined;
  return row ? row[platform === 'page' ? 0 : 1] || null : 'messages';
}
/** What an app that does not own the thread is told all the same, on `standby` (messenger.md 2.13). */
export const ON_STANDBY = new Set(['message', 'echo', 'read', 'delivery', 'postback']);
