import { ackMeta } from '../_graph/ack.ts';
import { createHttp } from '../_graph/http.ts';
import { handshakeMeta, verifyMeta } from '../_graph/signature.ts';
import type { ChannelAdapter } from '../contract.ts';
import { check } from './check.ts';
import { checkTemplate } from './check-template.ts';
import { classify } from './classify.ts';
import { send, signal, uploadMedia } from './client.ts';
import { fetchMedia } from './fetch-media.ts';
import { capabilities } from './limits.ts';
import { normalize } from './normalize.ts';
import { render } from './render.ts';
import { renderSignal } from './render-signal.ts';
import { templates } from './templates.ts';

/** WhatsApp Business Cloud API. */
export function createWhatsappAdapter(): ChannelAdapter {
  const http = createHttp();
  return {
    channel: 'whatsapp',
    capabilities,
    handshake: handshakeMeta,
    verify: verifyMeta,
    ack: ackMeta,
    normalize,
    render,
    renderSignal,
    classify,
    send: (call, options) => send(http, call, options),
    uploadMedia: (file, target, options) => uploadMedia(http, file, { target, options }),
    signal: (call, options) => signal(http, call, options),
    fetchMedia: (ref, options) => fetchMedia(http, ref, options),
    check: (target, options) => check(http, target, options),
    checkTemplate,
    templates: (target, options) => templates(http, target, options),
  };
}
