import { statfsSync } from 'node:fs';
import { connect } from 'node:net';
import type { Finding } from '../../adapters/contract.ts';
import { createAdapters } from '../../adapters/index.ts';
import { checkChannel } from '../check-channel.ts';
import type { Config } from '../config/config.ts';
import { ConfigError, loadConfig } from '../config/load-config.ts';
import { openMediaStore } from '../media/open-media-store.ts';

const MIN_FREE = 1024 ** 3;

function reach(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 }, () => {
      socket.destroy();
      resolve(null);
    });
    socket.once('timeout', () => {
      socket.destroy();
      resolve('no answer in 3 s');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
async function reachable(check: string, target: { host: string; port: number }, fix: string): Promise<Finding> {
  const why = await reach(target.host, target.port);
  return { check, ok: why === null, detail: why === null ? `${target.host}:${target.port} answers` : `${target.host}:${target.port}: ${why}; ${fix}` };
}
function disk(config: Config): Finding {
  try {
    const { bavail, bsize } = statfsSync(config.dataDir);
    const free = bavail * bsize;
    return {
      check: 'disk',
      ok: free > MIN_FREE,
      detail: `${(free / 1024 ** 3).toFixed(1)} GiB free in ${config.dataDir}${free > MIN_FREE ? '' : '; make room: webhooks are refused when the disk is full'}`,
    };
  } catch (error) {
    return { check: 'disk', ok: false, detail: `${config.dataDir}: ${(error as NodeJS.ErrnoException).code}; DATA_DIR must be a folder that can be written` };
  }
}
/** A program that converts files: its lack is no fault, but for what it costs. */
function converting(check: string, path: string | undefined, { does, missing, without }: { does: string; missing: string; without: 'link' | 'refuse' }): Finding {
  const instead = `what a channel does not take as it is ${without === 'link' ? 'goes as a link' : 'is refused'} (MEDIA_WITHOUT_FFMPEG)`;
  return { check, ok: true, detail: path === undefined ? `${missing} are not converted; ${instead}` : `${path} ${does}` };
}
/** Where files are kept; the disk of DATA_DIR is told by itself. */
async function bucket(config: Config): Promise<Finding[]> {
  if (!config.media.s3) return [];
  const store = openMediaStore(config.media);
  const { ok, detail } = await store.health();
  await store.close();
  return [
    {
      check: 'media store',
      ok,
      detail: ok ? `the bucket ${config.media.s3.bucket} answers` : `${detail ?? 'it can not be used'}; check MEDIA_S3_* and the server: files wait meanwhile`,
    },
  ];
}
/** The platform's clock against ours, by the Date of an answer; signatures do not need it, windows and links do. */
async function clock(url: string): Promise<Finding> {
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(5000) });
    const away = Math.abs(Date.parse(response.headers.get('date') ?? '') - Date.now());
    return {
      check: 'clock',
      ok: Number.isNaN(away) || away < 5000,
      detail: Number.isNaN(away) ? 'the platform tells no time' : `${Math.round(away / 1000)} s from the platform's${away < 5000 ? '' : '; set it by NTP'}`,
    };
  } catch {
    return { check: 'clock', ok: true, detail: 'not checked: the platform is not reachable from here' };
  }
}
async function platforms(config: Config): Promise<Finding[]> {
  const adapters = createAdapters();
  const ofChannel = async (c: Config['channels'][number]): Promise<Finding[]> => {
    const baseUrl = c.provider === 'twilio' ? config.twilioApiUrl : config.graphApiUrl;
    return (await checkChannel(c, { adapters, publicUrl: config.publicUrl, baseUrl })).map((f) => ({ ...f, check: `channel ${c.id}: ${f.check}` }));
  };
  return (await Promise.all(config.channels.map(ofChannel))).flat();
}

/** Checks configuration, disk, database, Kafka, credentials and clock, and says what to fix. */
export async function doctor(env: Readonly<Record<string, string | undefined>>): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((detail) => ({ check: 'configuration', ok: false, detail }));
    throw error;
  }
  const { tools, heifConvert, without } = config.conversion;
  const findings: Finding[] = [
    {
      check: 'configuration',
      ok: true,
      detail: `${config.channels.length} channels, ${config.databaseUrl ? 'PostgreSQL' : 'embedded store'}, ${config.kafka ? 'Kafka' : 'no Kafka'}`,
    },
    disk(config),
    converting('ffmpeg', tools?.ffmpeg, { does: 'converts sound and film', missing: 'not found: sound and film', without }),
    converting('heif-convert', heifConvert ?? undefined, { does: 'decodes HEIC pictures', missing: 'not found (Debian: libheif-examples): HEIC pictures', without }),
  ];
  if (config.databaseUrl) {
    const url = new URL(config.databaseUrl);
    findings.push(await reachable('database', { host: url.hostname, port: Number(url.port || 5432) }, 'check DATABASE_URL and the server'));
  }
  for (const broker of config.kafka?.brokers ?? []) {
    const [host = '', port] = broker.split(':');
    findings.push(await reachable('kafka', { host, port: Number(port) }, 'check KAFKA_BROKERS and the brokers; events wait in the log meanwhile'));
  }
  return [...findings, ...(await bucket(config)), ...(await platforms(config)), await clock(config.graphApiUrl)];
}
