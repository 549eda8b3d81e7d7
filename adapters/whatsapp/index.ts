import { createHttp } from '../_graph/http.ts';
import { handshakeMeta, verifyMeta } from '../_graph/signature.ts';
import type { ChannelAdapter } from '../contract.ts';
import { check } from './check.ts';
import { classify } from './classify.ts';
import { send } from './client.ts';
import { capabilities } from './limits.ts';
import { normalize } from './normalize.ts';
import { render } from './render.ts';

const ACK = { status: 200, type: 'text/plain; charset=utf-8', body: 'EVENT_RECEIVED' } as const;

/** WhatsApp Business Cloud API. */
export function createWhatsappAdapter(): ChannelAdapter {
  const http = createHttp();
  return {
    channel: 'whatsapp',
    capabilities,
    handshake: handshakeMeta,
    verify: verifyMeta,
    ack: () => ACK,
    normalize,
    render,
    classify,
    send: (call, options) => send(http, call, options),
    check: (target, options) => check(http, target, options),
  };
}
