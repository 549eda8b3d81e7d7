import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseChannels } from '../../src/config/channels-file.ts';
import { type Platform, startStandalone } from '../../src/standalone-sandbox.ts';
import { type Event, startGateway, type TestGateway, until } from './gateway.ts';
import { freePort } from './kafka.ts';

/** The gateway as a process of its own, and the simulated platforms that it fetches media from. */
const ACCOUNT = `AC${'1'.repeat(32)}`;
const channelsAt = (urls: Readonly<Record<Platform, string>>) => [
  {
    id: 'ch_wa',
    type: 'whatsapp',
    tenant: 'acme',
    phoneNumberId: '207700000000123',
    businessAccountId: '118200000000777',
    address: '+15550100199',
    accessToken: 'wa-token',
    appSecret: 'wa-secret',
    verifyToken: 'v',
    baseUrl: urls.whatsapp,
  },
  { id: 'ch_fb', type: 'messenger', tenant: 'acme', pageId: '104900000000001', accessToken: 'fb-token', appSecret: 'fb-secret', verifyToken: 'v', baseUrl: urls.messenger },
  { id: 'ch_ig', type: 'instagram', tenant: 'acme', instagramId: '17841400000000001', accessToken: 'ig-token', appSecret: 'fb-secret', verifyToken: 'v', baseUrl: urls.messenger },
  { id: 'ch_sms', type: 'sms', tenant: 'acme', provider: 'twilio', accountSid: ACCOUNT, authToken: 'sms-secret', address: '+14155550101', baseUrl: urls.sms },
];
export interface Medium {
  readonly id: string;
  readonly url: string;
  readonly state: string;
  readonly mimeType?: string;
  readonly declaredType?: string;
  readonly bytes?: number;
  readonly sha256?: string;
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
}
export type MediaEvent = Event & {
  data: { media?: Medium; messageId?: string; reason?: string; message?: { id: string; content: { type: string; media?: Medium; parts?: { media?: Medium }[] } } };
};
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function startMediaDesk(options: { env?: Record<string, string>; postgres?: string } = {}) {
  const port = await freePort();
  const simulators = {} as Record<Platform, { url: string; stop(): Promise<void> }>;
  const none = { whatsapp: 'http://127.0.0.1:9', messenger: 'http://127.0.0.1:9', sms: 'http://127.0.0.1:9' };
  for (const only of ['whatsapp', 'messenger', 'sms'] as const)
    simulators[only] = await startStandalone({
      only,
      channels: parseChannels(channelsAt(none), {}, []),
      webhook: `http://127.0.0.1:${port}/webhooks/${only}`,
      limits: false,
      log: () => {},
    });
  const urls = { whatsapp: simulators.whatsapp.url, messenger: simulators.messenger.url, sms: simulators.sms.url };
  const dir = mkdtempSync(join(tmpdir(), 'parlance-media-e2e-'));
  const begin = async () => {
    const started = await startGateway({ dir, port, channels: channelsAt(urls), env: { ...options.env } });
    await until('the store', async () => (await started.call('/v1/events')).status === 200, 20_000); // PostgreSQL comes after the listeners
    return started;
  };
  let gateway: TestGateway = await begin();
  const events = async () => (await gateway.events()) as MediaEvent[];
  const desk = {
    dir,
    urls,
    gateway: () => gateway,
    events,
    /** A customer sends files; resolves to the platform's id of the message. */
    async write(platform: 'whatsapp' | 'messenger' | 'instagram' | 'sms', files: readonly { mimeType: string; bytes: Buffer }[], from = '+447700900123'): Promise<string> {
      const at = urls[platform === 'instagram' ? 'messenger' : platform];
      const media = files.map((f) => ({ mimeType: f.mimeType, base64: f.bytes.toString('base64') }));
      const response = await fetch(`${at}/sandbox/${platform}/messages`, { method: 'POST', body: JSON.stringify({ from, text: '', media }) });
      const answer = (await response.json()) as { id: string };
      if (response.status !== 202) throw new Error(JSON.stringify(answer));
      return answer.id;
    },
    async fault(platform: Platform, kind: string, more: object = {}): Promise<void> {
      const response = await fetch(`${urls[platform]}/sandbox/faults`, { method: 'POST', body: JSON.stringify({ kind, ...more }) });
      if (response.status !== 201) throw new Error(await response.text());
    },
    endFaults: (platform: Platform) => fetch(`${urls[platform]}/sandbox/faults`, { method: 'DELETE' }),
    /** The files of the message with this platform id, as its event names them. */
    async mediaOf(platformId: string): Promise<Medium[]> {
      let found: MediaEvent | undefined;
      await until(`the event of ${platformId}`, async () => {
        found = (await events()).find((e) => e.type === 'message.received' && e.data.message?.platformId === platformId);
        return found !== undefined;
      });
      const content = found?.data.message?.content;
      return [content?.media, ...(content?.parts ?? []).map((p) => p.media)].filter((m): m is Medium => m !== undefined);
    },
    /** What became of a file: its one event. */
    async outcome(id: string, ms = 30_000): Promise<MediaEvent> {
      let found: MediaEvent[] = [];
      await until(
        `what became of ${id}`,
        async () => {
          found = (await events()).filter((e) => e.type.startsWith('media.') && e.data.media?.id === id);
          return found.length > 0;
        },
        ms,
      );
      return found[0]!;
    },
    async restart(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
      await gateway.kill(signal);
      gateway = await begin();
    },
    async stop(): Promise<void> {
      await gateway.kill();
      await Promise.all(Object.values(simulators).map((s) => s.stop()));
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return desk;
}
export type MediaDesk = Awaited<ReturnType<typeof startMediaDesk>>;
/** What a link answers; where the file is still on its way, it is asked again: each answer of 503 has waited for it. */
export const bytesAt = async (url: string, init?: RequestInit) => {
  let response = await fetch(url, init);
  for (let tries = 0; response.status === 503 && tries < 3; tries++) response = await fetch(url, init);
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};
