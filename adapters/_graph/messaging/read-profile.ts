import type { Identity } from '../../../schemas/index.ts';
import type { Profile, SendOptions } from '../../contract.ts';
import { graphErrorOf } from '../classify-graph.ts';
import { graphGet } from '../graph-request.ts';
import type { Http } from '../http.ts';
import { camelRest, type Loose, present, text } from '../loose.ts';
import { PlatformRefusal } from '../send-error.ts';
import { graphVersionOf } from './graph-path.ts';

interface Asked {
  readonly fields: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly options: SendOptions;
}
/** Answers that are the platform's last word: no consent yet (230), no profile or a field too many (100), no feature or permission (3, 10, 200 to 299), no such node (33). */
const refused = (code: string): boolean => /^(3|10|33|100|2\d\d)$/.test(code);

async function ask(http: Http, customer: Identity, { fields, settings, options }: Asked): Promise<Loose | null> {
  try {
    return await graphGet(http, `/${graphVersionOf(settings)}/${encodeURIComponent(customer.value)}?fields=${fields}`, options);
  } catch (error) {
    const told = error instanceof PlatformRefusal ? graphErrorOf(error) : null;
    if (told && !told.transient && refused(told.code)) return null;
    throw error; // throttled, token, transport: another time
  }
}

/** A customer as the platform tells them. Null: it tells nothing. Newer versions give `name` alone; no part of a name is ever made up. */
export async function readProfile(http: Http, customer: Identity, asked: Asked): Promise<Profile | null> {
  const told = await ask(http, customer, asked);
  if (!told) return null;
  const parts = [text(told.first_name), text(told.last_name)].filter((part) => part !== undefined);
  const name = text(told.name) ?? (parts.length ? parts.join(' ') : undefined);
  const profile = present({ name, picture: text(told.profile_pic), platform: camelRest(told, ['name', 'profile_pic', 'id']) });
  return Object.keys(profile).length ? profile : null;
}
