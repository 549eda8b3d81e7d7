import { camel, camelRest, canonical, type Loose, present, text } from '../loose.ts';
import { beside, type Item, type Reader, some } from './item.ts';

const told = ({ item, event }: Item): string => canonical({ sender: item.sender, recipient: item.recipient, timestamp: item.timestamp, event });

/** Ownership of the thread: passed, taken, asked for. App ids are text or numbers; none was the owner of an idle thread. */
export const control =
  (change: string): Reader =>
  (item) => ({
    meaning: ['control', change, told(item)],
    body: present({
      kind: 'control' as const,
      change,
      owner: text(item.event.new_owner_app_id),
      previousOwner: text(item.event.previous_owner_app_id),
      metadata: text(item.event.metadata),
      platform: some({ ...camelRest(item.event, ['new_owner_app_id', 'previous_owner_app_id', 'metadata']), ...beside(item) }),
    }),
  });
/** `app_roles`: the roles of apps by app id; names no customer. */
export const appRoles: Reader = (item) => ({
  meaning: ['control', 'app_roles', told(item)],
  body: { kind: 'control', change: 'app_roles', platform: { appRoles: item.event, ...beside(item) } },
});

/** `policy_enforcement`: a warning, block or unblock of the Page itself. */
export const policy: Reader = (item) => ({
  meaning: ['channel', 'messaging_policy_enforcement', told(item)],
  addresses: [],
  body: present({
    kind: 'channel' as const,
    change: 'policy_enforcement',
    field: 'messaging_policy_enforcement',
    event: text(item.event.action),
    platform: some({ ...camelRest(item.event, ['action']), ...beside(item) }),
  }),
});

/** What a customer did that is no message: told whole, under its own word. */
export const activity =
  (name: string): Reader =>
  (item) => ({
    meaning: ['activity', name, text(item.event.mid) ?? '', told(item)],
    body: present({ kind: 'activity' as const, activity: name, platformId: text(item.event.mid), platform: { ...(camel(item.event) as Loose), ...beside(item) } }),
  });
