/** Counts the elements of a Messenger or Instagram body by rules of its own; knows nothing of the adapters. */
const EVENTS =
  'message message_edit postback reaction delivery read optin referral pass_thread_control take_thread_control request_thread_control app_roles policy_enforcement policy-enforcement account_linking response_feedback messaging_feedback messaging_customer_information order template form game_play payment pre_checkout checkout_update'.split(
    ' ',
  );
const isMessagingField = (field: unknown) => typeof field === 'string' && (field === 'messages' || field === 'standby' || field === 'message_edit');
const there = (v: unknown) => v !== undefined && v !== null;
const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
const inItem = (item: unknown) => (isObject(item) ? Math.max(1, EVENTS.filter((e) => there(item[e])).length) : 1);
const inChange = (change: unknown) => (isObject(change) && isMessagingField(change.field) && isObject(change.value) ? inItem(change.value) : 1);
const COUNT: Record<string, (element: unknown) => number> = { messaging: inItem, standby: inItem, changes: inChange };

function inEntry(entry: unknown): number {
  let n = 0;
  for (const [name, value] of Object.entries(isObject(entry) ? entry : {})) {
    const count = Object.hasOwn(COUNT, name) ? COUNT[name] : undefined;
    if (Array.isArray(value)) n += count ? value.reduce((sum: number, element) => sum + count(element), 0) : Math.min(1, value.length);
    else if (count && there(value)) n++;
  }
  return Math.max(1, n);
}
export function countMessagingElements(body: unknown, object: string): number {
  if (!isObject(body) || body.object !== object || !Array.isArray(body.entry) || !body.entry.length) return 1;
  return body.entry.reduce((sum: number, entry) => sum + inEntry(entry), 0);
}
