import { GatewayError } from '../../gateway-error.ts';
import { addressOf } from '../../http/address-of.ts';
import { journalRef } from '../../journal/port.ts';
import type { Asked, Route } from '../deps.ts';
import { limitOf } from '../query.ts';

const ADVICE: Readonly<Record<string, string>> = {
  'meta missing': 'There is no X-Hub-Signature-256. It did not come from Meta, or a proxy took the header away.',
  'meta mismatch': "No app secret fits. Compare the channel's appSecret with the app's dashboard (Settings > Basic); a proxy that rewrites bodies breaks signatures too.",
  'twilio missing': 'There is no X-Twilio-Signature. It did not come from Twilio, or a proxy took the header away.',
  'twilio mismatch': 'No auth token fits. Twilio signs the address as it stands in its console: compare PUBLIC_URL with it, scheme, host, port and path, then the auth token.',
};
const onlyInstallation = (asked: Asked): void => {
  if (asked.caller.tenant !== null) throw new GatewayError('forbidden', 'This needs the installation admin.');
};

/** Webhooks that were refused: nobody's until one verifies, so they are shown to installation admins only. */
export const refusedRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/refused-webhooks',
    scope: 'admin',
    summary: 'The last webhooks whose signature did not hold, newest first, and what to do',
    async handle(asked, deps) {
      onlyInstallation(asked);
      const rows = deps.refused.list().slice(-limitOf(asked.query.limit, 100, 1000));
      return {
        body: {
          refused: rows.reverse().map((r) => ({
            id: r.id,
            at: new Date(r.at).toISOString(),
            url: r.url,
            signedAs: addressOf(deps.config.publicUrl, r.url).url.href,
            channel: r.channel,
            why: r.why,
            advice: ADVICE[`${r.endpoint.startsWith('sms') ? 'twilio' : 'meta'} ${r.why}`] ?? 'Nothing here reads this endpoint yet.',
            contentType: r.headers['content-type'] ?? null,
            bytes: r.body.length,
          })),
        },
      };
    },
  },
  {
    method: 'post',
    path: '/v1/refused-webhooks/:id/verify',
    scope: 'admin',
    summary: "Verify it with today's secrets and PUBLIC_URL; what holds now is taken",
    async handle(asked, deps) {
      const refused = deps.refused.get(asked.params.id ?? '');
      if (!refused || asked.caller.tenant !== null) throw new GatewayError('not_found', 'There is no such refused webhook (any more).');
      const verdict = await deps.verifyAgain(refused);
      return { body: verdict.state === 'accepted' ? { state: 'accepted', journal: journalRef(deps.journal.id, verdict.offset) } : verdict };
    },
  },
];
