import type { Failure, Identity } from '../../../schemas/index.ts';
import type { Call, SendOptions, Sent } from '../../contract.ts';
import { classifyGraph } from '../classify-graph.ts';
import { graphRequest } from '../graph-request.ts';
import type { Http } from '../http.ts';
import { isObject, type Loose, object, text } from '../loose.ts';
import { PlatformRefusal } from '../send-error.ts';
import { failureOf } from './errors.ts';

/** The name that an answer gives the recipient, where it is another than the call was sent to. */
function aliasesOf(answer: Loose, call: Call, type: Identity['type']): Identity[] {
  const value = text(answer.recipient_id);
  const to = object(object(JSON.parse(call.body)).recipient);
  return value === undefined || value === text(to.id) ? [] : [{ type, value }];
}

/** One attempt. Throws PlatformRefusal for an answer that is no acceptance (a 200 may hold an error, or no id), axios's own error where none came. */
export async function sendMessage(http: Http, call: Call, how: { readonly options: SendOptions; readonly customer: Identity['type'] }): Promise<Sent> {
  const { status, body, value, retryAfter } = await graphRequest(http, call, how.options);
  const action = object(JSON.parse(call.body)).sender_action !== undefined && text(value.recipient_id) !== undefined;
  const platformId = text(value.message_id) ?? (action ? null : undefined);
  if (status < 200 || status >= 300 || platformId === undefined || isObject(value.error)) throw new PlatformRefusal(status, body, retryAfter);
  return { platformId, aliases: aliasesOf(value, call, how.customer), status, body };
}

/** Anything that `send` threw, as a failure. Total. */
export const classify = (error: unknown): Failure => classifyGraph(error, failureOf);
