import type { Answer, Asked } from '../core/platform-server.ts';
import { tokenOf } from '../meta/bearer.ts';
import { refuse } from './errors.ts';
import type { WhatsappNumber } from './numbers.ts';

export const appTokenOf = (number: WhatsappNumber): string => `${number.appId ?? ''}|${number.appSecret}`;
const SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'];

/** GET /debug_token (whatsapp.md 9.2): asked with the app's token, or with the token itself. */
export function debugToken(asked: Asked, numbers: readonly WhatsappNumber[], { now, revoked }: { now: number; revoked: boolean }): Answer {
  const asker = tokenOf(asked);
  const app = numbers.find((n) => appTokenOf(n) === asker || n.accessToken === asker);
  if (!app) return refuse(190);
  const input = asked.query.get('input_token');
  if (!input) return refuse(100, '(#100) The parameter input_token is required');
  const owned = numbers.filter((n) => n.accessToken === input && n.appId === app.appId);
  const error = { code: 190, message: 'Error validating access token: The session has been invalidated.', subcode: 467 };
  if (!owned.length) return { status: 200, body: { data: { error: { code: 190, message: 'Invalid OAuth access token.' }, is_valid: false, scopes: [] } } };
  const issued = Math.floor(now / 1000) - 86_400;
  const target_ids = [...new Set(owned.map((n) => n.businessAccountId))];
  return {
    status: 200,
    body: {
      data: {
        app_id: app.appId ?? '',
        type: 'SYSTEM_USER',
        application: 'Sandbox',
        data_access_expires_at: 0,
        expires_at: 0,
        is_valid: !revoked,
        issued_at: issued,
        scopes: SCOPES,
        granular_scopes: SCOPES.map((scope) => ({ scope, target_ids })),
        user_id: '122000000000001',
        ...(revoked ? { error } : {}),
      },
    },
  };
}
