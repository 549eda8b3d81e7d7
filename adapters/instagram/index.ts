import { createMessagingAdapter } from '../_graph/messaging/create-adapter.ts';
import type { ChannelAdapter } from '../contract.ts';
import { capabilities } from './limits.ts';
import { normalize } from './normalize.ts';
import { instagram } from './product.ts';
import { render, WAY } from './render.ts';

const PROFILE_FIELDS = 'name,username,profile_pic,follower_count,is_verified_user,is_user_follow_business,is_business_follow_user';

/** Instagram Direct: through a linked Page (Facebook Login) or by itself (Instagram Login), which differ in base URL and node alone. */
export const createInstagramAdapter = (): ChannelAdapter =>
  createMessagingAdapter({ product: instagram, capabilities, profileFields: PROFILE_FIELDS, normalize, render, way: WAY });
