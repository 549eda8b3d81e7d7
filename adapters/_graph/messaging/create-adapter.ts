import type { Failure, OutboundContent } from '../../../schemas/index.ts';
import type { Capabilities, ChannelAdapter, RenderContext, Rendered, Result, VerifiedRequest } from '../../contract.ts';
import type { Normalized } from '../../facts.ts';
import { ackMeta } from '../ack.ts';
import { createHttp } from '../http.ts';
import { handshakeMeta, verifyMeta } from '../signature.ts';
import { checkAccount } from './check.ts';
import { costsOfCall } from './costs.ts';
import { fetchMedia } from './fetch-media.ts';
import { listMissed } from './list.ts';
import { lookUpSent } from './look-up.ts';
import type { Way } from './native-call.ts';
import type { Product } from './product.ts';
import { readProfile } from './read-profile.ts';
import { renderSignal } from './render-signal.ts';
import { classify, sendMessage } from './send.ts';
import { uploadAttachment } from './upload-attachment.ts';

interface Parts {
  readonly product: Product;
  readonly capabilities: Capabilities;
  readonly profileFields: string;
  normalize(request: VerifiedRequest): Normalized;
  render(content: OutboundContent, context: RenderContext): Result<Rendered, Failure>;
  readonly way: Way;
}

/** The adapter of a channel of the Messenger Platform, from what is its own. */
export function createMessagingAdapter({ product, capabilities, profileFields, normalize, render, way }: Parts): ChannelAdapter {
  const http = createHttp();
  return {
    channel: product.channel,
    capabilities,
    handshake: handshakeMeta,
    verify: verifyMeta,
    ack: ackMeta,
    normalize,
    render,
    costs: costsOfCall,
    renderSignal: renderSignal(way),
    classify,
    signal: async (call, options) => void (await sendMessage(http, call, { options, customer: product.customer })),
    send: (call, options) => sendMessage(http, call, { options, customer: product.customer }),
    uploadMedia: (file, target, options) => uploadAttachment(http, file, { product, target, options }),
    lookUp: (call, at, options) => lookUpSent(http, call, { product, at, options }),
    check: (target, options) => checkAccount(http, product, { target, options }),
    fetchMedia: (ref, options) => fetchMedia(http, ref, options),
    list: (query, options) => listMissed(http, query, { product, options }),
    profile: async (customer, { settings }, options) => (customer.type === product.customer ? readProfile(http, customer, { fields: profileFields, settings, options }) : null),
  };
}
