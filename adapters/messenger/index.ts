import { createMessagingAdapter } from '../_graph/messaging/create-adapter.ts';
import type { ChannelAdapter } from '../contract.ts';
import { capabilities } from './limits.ts';
import { normalize } from './normalize.ts';
import { messenger } from './product.ts';
import { render, WAY } from './render.ts';

/** Locale, timezone and gender need permissions of their own, and one forbidden field fails the whole call. */
const PROFILE_FIELDS = 'name,first_name,last_name,profile_pic';

/** Messenger: conversations with a Facebook Page. */
export const createMessengerAdapter = (): ChannelAdapter =>
  createMessagingAdapter({ product: messenger, capabilities, profileFields: PROFILE_FIELDS, normalize, render, way: WAY });
