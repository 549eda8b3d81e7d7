import type { Failure } from '../../schemas/index.ts';
import { refused } from '../_content/check-content.ts';
import type { Call, RenderContext, Result, Signal } from '../contract.ts';
import { versionOf } from './render.ts';

/** Both name a message of the customer: typing can not be shown without marking one read (whatsapp.md 5.4). It ends with our answer, or after 25 s. */
export function renderSignal({ kind, message, typing }: Signal, { channel }: RenderContext): Result<readonly Call[], Failure> {
  if (message === undefined) return refused('invalid_request', 'WhatsApp shows typing under a message of the customer only, and there is none');
  const indicator = kind === 'typing' || typing ? { typing_indicator: { type: 'text' } } : {};
  const body = JSON.stringify({ messaging_product: 'whatsapp', status: 'read', message_id: message, ...indicator });
  return { ok: true, value: [{ method: 'POST', path: `/${versionOf(channel.settings)}/${channel.account}/messages`, contentType: 'application/json', body }] };
}
