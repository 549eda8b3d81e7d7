import http from 'node:http';
import { freePort } from './kafka.ts';

export const AC = 'AC00000000000000000000000000000001';
export const OWN = '+14155550101';
export interface Listed {
  sid: string;
  from: string;
  to: string;
  body: string;
  direction: string;
  status: string;
  date_created: string;
  date_updated: string;
  error_code?: number | null;
}
/** As Twilio's resource tells a message, dated some seconds ago. */
export const listed = (sid: string, over: Partial<Listed> & { secondsAgo?: number } = {}): Listed & Record<string, unknown> => {
  const { secondsAgo = 0, ...rest } = over;
  const date = new Date(Date.now() - secondsAgo * 1000).toUTCString().replace('GMT', '+0000');
  return {
    sid,
    account_sid: AC,
    messaging_service_sid: null,
    from: '+447700900101',
    to: OWN,
    body: `text of ${sid}`,
    direction: 'inbound',
    status: 'received',
    num_media: '0',
    num_segments: '1',
    api_version: '2010-04-01',
    date_created: date,
    date_updated: date,
    ...rest,
  };
};

/** A Twilio whose messages are a list of the test's, and whose answers can be told; every request is kept. */
export async function startTwilioApi() {
  const messages: (Listed & Record<string, unknown>)[] = [];
  const requests: { method: string; path: string; form: URLSearchParams }[] = [];
  const state: { refuse: { status: number; body: object }[]; cutCreates: boolean; numbers: object[] } = { refuse: [], cutCreates: false, numbers: [] };
  const PAGE = 50;
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (d: Buffer) => parts.push(d));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://x');
      const form = new URLSearchParams(Buffer.concat(parts).toString());
      requests.push({ method: request.method ?? '', path: url.pathname, form });
      const answer = (status: number, body: object) => void response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' }).end(JSON.stringify(body));
      if (request.method === 'POST' && url.pathname.endsWith('/Messages.json')) {
        const sid = `SM${String(requests.length).padStart(32, '0')}`;
        messages.push(listed(sid, { direction: 'outbound-api', status: 'sent', from: form.get('From') ?? OWN, to: form.get('To') ?? '', body: form.get('Body') ?? '' }));
        if (state.cutCreates) return void request.socket.destroy();
        return answer(201, messages.at(-1) ?? {});
      }
      const refusal = state.refuse.shift();
      if (refusal) return answer(refusal.status, refusal.body);
      if (url.pathname.endsWith('/IncomingPhoneNumbers.json')) return answer(200, { incoming_phone_numbers: state.numbers });
      if (url.pathname.endsWith('/Messages.json')) {
        const to = url.searchParams.get('To');
        const of = messages.filter((m) => to === null || m.to === to).sort((a, b) => Date.parse(b.date_created) - Date.parse(a.date_created));
        const page = Number(url.searchParams.get('Page') ?? 0);
        const next = of.length > (page + 1) * PAGE ? `${url.pathname}?To=${encodeURIComponent(to ?? '')}&Page=${page + 1}` : null;
        return answer(200, { messages: of.slice(page * PAGE, (page + 1) * PAGE), next_page_uri: next });
      }
      const one = messages.find((m) => url.pathname.endsWith(`/${m.sid}.json`));
      return one ? answer(200, one) : answer(404, { code: 20404, message: 'not found', status: 404 });
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${port}`,
    messages,
    requests,
    state,
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type TwilioApi = Awaited<ReturnType<typeof startTwilioApi>>;
export const smsChannel = (over: object = {}) => ({
  id: 'ch_sms',
  type: 'sms',
  tenant: 'acme',
  provider: 'twilio',
  accountSid: AC,
  authToken: 'twilio-token',
  address: OWN,
  ...over,
});
