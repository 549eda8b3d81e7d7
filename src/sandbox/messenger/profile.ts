import type { Answer } from '../core/platform-server.ts';
import type { MessengerAccount } from './accounts.ts';
import { refuse } from './errors.ts';
import { type Person, stateOf } from './people.ts';

/** What each field needs beyond the profile feature itself (messenger.md 8.3): one forbidden field fails the whole call. */
const FORBIDDEN = new Set(['locale', 'timezone', 'gender']);

/** GET /{psid}: the name and picture of a person who wrote. Even with the name alone asked for, there may be none. */
export function showProfile(account: MessengerAccount, person: Person, at: { fields: string | null; picture: string }): Answer {
  const { profile } = stateOf(person);
  if (profile === 'nothing') return { status: 200, body: { id: person.id } };
  if (profile) return refuse(profile);
  // Who only commented or ticked a box has shown nothing yet (messenger.md 8.3).
  if (!person.consented) return refuse(account.object === 'page' ? 'noProfile' : 'consent');
  const [first = '', ...rest] = person.name.split(' ');
  const known: Record<string, unknown> =
    account.object === 'page'
      ? { first_name: first, last_name: rest.join(' '), name: person.name, profile_pic: at.picture }
      : {
          name: person.name,
          username: person.name.toLowerCase().replace(/[^a-z0-9]+/g, '.'),
          profile_pic: at.picture,
          follower_count: 12,
          is_verified_user: false,
          is_user_follow_business: true,
          is_business_follow_user: false,
        };
  const asked = (at.fields ?? 'name').split(',').map((f) => f.trim());
  if (account.object === 'page' && asked.some((f) => FORBIDDEN.has(f))) return refuse('field');
  const unknown = asked.find((f) => f !== 'id' && !(f in known));
  if (unknown !== undefined) return refuse('unknownField', `(${unknown})`);
  return { status: 200, body: { ...Object.fromEntries(asked.filter((f) => f !== 'id').map((f) => [f, known[f]])), id: person.id } };
}
