import type { MediaOptions, MediaRef, MediaStream } from '../contract.ts';
import { MediaFault } from '../media-fault.ts';

const PATH = /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})\/Messages\/(?:SM|MM)[0-9a-f]{32}\/Media\/ME[0-9a-f]{32}$/i;
/** api.twilio.com, and that of a region or edge: https://www.twilio.com/docs/global-infrastructure */
const HOST = /^api(\.[a-z0-9-]+){0,2}\.twilio\.com$/;

/**
 * The path of a medium of our own account, or a fault: before the account's credentials go anywhere, the address must be one of
 * Twilio's API (sms.md 4.1), since a forged one would have them. They then go to the configured base alone.
 */
function pathOf(address: string, { own, credentials }: MediaOptions): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const ours = url && ((url.protocol === 'https:' && url.port === '' && HOST.test(url.hostname)) || own(url));
  const account = url && PATH.exec(url.pathname)?.[1];
  if (!url || !ours || account === undefined || account !== credentials.accountSid) throw new MediaFault('refused', "The address is not one of this account's media at Twilio.");
  return url.pathname;
}

/** Basic to the API, which redirects to a link that needs nothing; a 404 right after the webhook is a race and is tried again. */
export async function fetchMedia({ platformRef }: MediaRef, options: MediaOptions): Promise<MediaStream> {
  const { accountSid = '', authToken = '', apiKey, apiSecret } = options.credentials;
  const user = apiKey && apiSecret ? `${apiKey}:${apiSecret}` : `${accountSid}:${authToken}`;
  const path = pathOf(platformRef, options);
  return options.open(options.baseUrl.replace(/\/$/, '') + path, `Basic ${Buffer.from(user).toString('base64')}`);
}
