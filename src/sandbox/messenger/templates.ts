import { objectOf } from '../meta/bearer.ts';
import { checkButtons, type Found, fine, isUrl, wrong } from './buttons.ts';

type Platform = 'page' | 'instagram';
type Payload = Readonly<Record<string, unknown>>;
const upTo = (value: unknown, most: number) => value === undefined || (typeof value === 'string' && [...value].length <= most);
const given = (value: unknown, most = Number.POSITIVE_INFINITY) => typeof value === 'string' && value !== '' && [...value].length <= most;

/** Every element by one rule; the first fault ends it. */
function each(value: unknown, count: { least: number; most: number }, check: (element: Payload) => Found): Found {
  if (!Array.isArray(value) || value.length < count.least || value.length > count.most) return wrong(`elements must be ${count.least} to ${count.most}`);
  const found = value.map((element) => check(objectOf(element)));
  return found.find((f) => f.fault !== null) ?? fine(found.flatMap((f) => f.choices));
}
function genericElement(e: Payload, platform: Platform): Found {
  if (!given(e.title, 80)) return wrong('the title of an element must be 1 to 80 characters');
  if (!upTo(e.subtitle, 80)) return wrong('the subtitle of an element must be at most 80 characters');
  if (e.subtitle === undefined && e.image_url === undefined && e.default_action === undefined && e.buttons === undefined)
    return wrong('an element needs a property besides its title');
  if (e.image_url !== undefined && !isUrl(e.image_url)) return wrong('image_url must be a URL');
  const action = objectOf(e.default_action);
  if (e.default_action !== undefined && (action.type !== 'web_url' || !isUrl(action.url) || action.title !== undefined))
    return wrong('default_action must be a web_url without a title');
  return checkButtons(e.buttons, { platform, least: 0 });
}
function mediaElement(e: Payload): Found {
  if (e.media_type !== 'image' && e.media_type !== 'video') return wrong('media_type must be image or video');
  if ((e.attachment_id === undefined) === (e.url === undefined)) return wrong('an element has attachment_id or url');
  return checkButtons(e.buttons, { platform: 'page', least: 0 });
}
function gridElement(e: Payload): Found {
  const images = Array.isArray(e.images) ? e.images.map(objectOf) : [];
  if (images.length < 2 || images.length > 6 || images.some((i) => !isUrl(i.url))) return wrong('images must be 2 to 6 with urls');
  if (images.filter((i) => i.is_hero_image === true).length > 1) return wrong('at most one hero image');
  if (!upTo(e.title, 45) || !upTo(e.subtitle, 80)) return wrong('title 45, subtitle 80 characters at most');
  const taps = images.map((i) => objectOf(i.action)).filter((a) => a.type === 'postback');
  const own = taps.map((a) => ({ kind: 'postback' as const, title: String(a.text ?? ''), payload: String(a.payload ?? '') }));
  const { choices, fault } = checkButtons(e.buttons, { platform: 'page', least: 0 });
  return fault === null ? fine([...own, ...choices]) : wrong(fault);
}
/** One screen with one question. */
function questionOf(screens: unknown): Payload {
  const [screen, ...more] = Array.isArray(screens) ? screens : [];
  const questions = objectOf(screen).questions;
  return more.length === 0 && Array.isArray(questions) && questions.length === 1 ? objectOf(questions[0]) : {};
}

/** The rules of each template (messenger.md 4.3). */
const TEMPLATES: Readonly<Record<string, (payload: Payload, platform: Platform) => Found>> = {
  button: (p, platform) => (given(p.text, 640) ? checkButtons(p.buttons, { platform, least: 1 }) : wrong('text must be 1 to 640 characters')),
  generic: (p, platform) => each(p.elements, { least: 1, most: 10 }, (e) => genericElement(e, platform)),
  media: (p) => each(p.elements, { least: 1, most: 1 }, mediaElement),
  receipt: (p) => {
    const missing = ['recipient_name', 'order_number', 'currency', 'payment_method'].find((name) => !given(p[name]));
    if (missing !== undefined) return wrong(`${missing} is required`);
    if (typeof objectOf(p.summary).total_cost !== 'number') return wrong('summary.total_cost is required');
    return Array.isArray(p.elements) && p.elements.length > 100 ? wrong('elements must be at most 100') : fine();
  },
  product: (p) => each(p.elements, { least: 1, most: 10 }, (e) => (given(e.id) ? fine() : wrong('id is required'))),
  coupon: (p) => {
    if (!given(p.title, 80) || !upTo(p.subtitle, 80)) return wrong('title 1 to 80, subtitle 80 characters at most');
    const code = typeof p.coupon_code === 'string' && /^\S+$/.test(p.coupon_code);
    return code || isUrl(p.coupon_url) ? fine() : wrong('coupon_code without spaces, or coupon_url');
  },
  image_grid: (p) => each(p.elements, { least: 1, most: 1 }, gridElement),
  customer_feedback: (p) => {
    if (!given(p.title, 65) || !upTo(p.subtitle, 80) || !upTo(p.button_title, 20)) return wrong('title 65, subtitle 80, button_title 20 characters at most');
    if (!['csat', 'nps', 'ces', 'free_form'].includes(String(questionOf(p.feedback_screens).type)))
      return wrong('one screen with one question of type csat, nps, ces or free_form');
    if (!isUrl(objectOf(p.business_privacy).url)) return wrong('business_privacy.url is required');
    const days = p.expires_in_days ?? 1;
    return Number.isInteger(days) && Number(days) >= 1 && Number(days) <= 7 ? fine() : wrong('expires_in_days must be 1 to 7');
  },
  instant_form: (p) => (given(p.form_id) ? fine() : wrong('form_id is required')),
  customer_information: () => fine(),
  notification_messages: (p) => (given(p.title) && given(p.payload, 1000) ? fine() : wrong('title and payload are required')),
};
const ON_INSTAGRAM = new Set(['button', 'generic', 'product']);

export function checkTemplate(payload: Payload, platform: Platform): Found {
  const type = String(payload.template_type);
  const check = Object.hasOwn(TEMPLATES, type) ? TEMPLATES[type] : undefined;
  if (!check || (platform === 'instagram' && !ON_INSTAGRAM.has(type))) return wrong(`template_type ${type} is not supported`);
  return check(payload, platform);
}
/** A media template takes Facebook's own addresses alone. */
export function foreignMedia(payload: Payload): boolean {
  if (payload.template_type !== 'media') return false;
  const [element] = Array.isArray(payload.elements) ? payload.elements : [];
  const { url } = objectOf(element);
  return typeof url === 'string' && !/^https:\/\/(?:[\w-]+\.)?(?:facebook|fb)\.com\//.test(url);
}
