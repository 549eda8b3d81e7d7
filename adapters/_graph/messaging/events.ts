import { activity, appRoles, control, policy } from './happenings.ts';
import type { Reader } from './item.ts';
import { edit, message, postback } from './messages.ts';
import { optin, referral } from './openings.ts';
import { delivery, reaction, read } from './receipts.ts';

/** Who reads an element of `messaging[]` or `standby[]`, by the property that it holds: the field's name is not in the body. */
export const EVENTS: Readonly<Record<string, Reader>> = {
  message,
  message_edit: edit,
  postback,
  reaction,
  delivery,
  read,
  optin,
  referral,
  pass_thread_control: control('pass_thread_control'),
  take_thread_control: control('take_thread_control'),
  request_thread_control: control('request_thread_control'),
  app_roles: appRoles,
  policy_enforcement: policy,
  'policy-enforcement': policy,
  account_linking: activity('account_linking'),
  response_feedback: activity('response_feedback'),
  messaging_feedback: activity('survey_answer'),
  messaging_customer_information: activity('customer_information'),
  order: activity('order'),
  template: activity('coupon'),
  form: activity('lead_form'),
  game_play: activity('game_play'),
  payment: activity('payment'),
  pre_checkout: activity('pre_checkout'),
  checkout_update: activity('checkout_update'),
};

/** Fields of these events, as `changes[]` of the dashboard's Test button names them. Messenger's and Instagram's spellings. */
export const MESSAGING_FIELDS: ReadonlySet<string> = new Set([
  'messages',
  'message_echoes',
  'message_edits',
  'message_edit',
  'message_deliveries',
  'message_reads',
  'messaging_seen',
  'message_reactions',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'messaging_referral',
  'messaging_handovers',
  'messaging_handover',
  'standby',
  'messaging_policy_enforcement',
  'messaging_account_linking',
  'messaging_feedback',
  'response_feedback',
  'messaging_customer_information',
  'messaging_in_thread_lead_form_submit',
  'messaging_game_plays',
  'messaging_payments',
  'messaging_pre_checkouts',
  'messaging_checkout_updates',
  'send_cart',
]);
