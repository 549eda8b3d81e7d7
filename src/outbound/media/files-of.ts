import { createHash } from 'node:crypto';
import type { FileFacts, FileState, Files, Shown } from '../../../adapters/files.ts';
import { type NamedFile, namedFiles, type OutboundContent } from '../../../schemas/index.ts';
import { GatewayError } from '../../gateway-error.ts';
import type { Tx } from '../../store/port.ts';
import type { OutboundEnvironment } from '../admit.ts';
import type { ChannelRow } from '../channel-row.ts';
import { bareType } from './bare-type.ts';
import { checkAddress } from './check-address.ts';

/** Bytes in the media store, as a conversion or an upload reads them. */
export interface Source {
  /** Media id of the file itself, not of what was made of it. */
  readonly media: string;
  readonly key: string;
  readonly mimeType: string;
  readonly bytes: number;
  readonly filename: string | null;
}
export interface NamedFiles {
  readonly files: Files;
  /** By media id or address, and the name of the conversion ('' the file itself). */
  readonly sources: Readonly<Record<string, Readonly<Record<string, Source>>>>;
  /** The first moment at which something in it ends: an upload with the platform, or a link of ours. */
  readonly until: number;
}
interface Row {
  id: string;
  state: 'pending' | 'ready' | 'failed';
  key: string | null;
  mime_type: string | null;
  bytes: number | null;
  width: number | null;
  height: number | null;
  filename: string | null;
  reason: string | null;
  variant: string | null;
}
const COLUMNS = 'id, state, key, mime_type, bytes, width, height, filename, reason, variant';
const [HOUR, DAY] = [3_600_000, 86_400_000];
/** A file by address is fetched once in so long, as WhatsApp does with links (whatsapp.md 6.5). */
const FETCHED_MS = 10 * 60_000;
/** What the platform drops within the hour is not sent any more: the call may wait for its turn. */
const MARGIN_MS = HOUR;

/** The account that an upload belongs to. */
export const uploadAccount = (channel: Pick<ChannelRow, 'type' | 'account'>): string => `${channel.type} ${channel.account}`;
export const hashOfUrl = (url: string): string => createHash('sha256').update(url).digest('hex');

interface At {
  readonly channel: ChannelRow;
  readonly env: OutboundEnvironment;
  /** The moment of the message: what was fetched of an address must not be much older. */
  readonly since: number;
  readonly nowMs: number;
  /** A message that is there already: where the platform could not fetch its addresses, we do. */
  readonly message?: string;
}
async function rowOf(tx: Tx, { media, pointer }: NamedFile, { channel, since }: At): Promise<Row | null> {
  if ('url' in media) {
    checkAddress(media.url, `/content${pointer}/url`);
    const [row] = await tx.all<Row>(
      `SELECT ${COLUMNS} FROM media WHERE state = 'ready' AND id = (SELECT media FROM media_fetches WHERE tenant = $1 AND url_hash = $2 AND fetched_at >= $3)`,
      [channel.tenant, hashOfUrl(media.url), since - FETCHED_MS],
    );
    return row ?? null;
  }
  const [row] = await tx.all<Row>(`SELECT ${COLUMNS} FROM media WHERE id = $1 AND tenant = $2 AND parent IS NULL`, [media.id, channel.tenant]);
  const where = { pointer: `/content${pointer}/id` };
  if (!row) throw new GatewayError('unknown_media', `There is no file ${JSON.stringify(media.id)}.`, where);
  if (row.state === 'pending') throw new GatewayError('media_not_ready', 'The file is still on its way.', where);
  if (row.state === 'failed' || row.key === null) throw new GatewayError('media_unusable', row.reason ?? 'The bytes of the file are gone.', where);
  return row;
}
async function factsOf(tx: Tx, row: Row): Promise<FileFacts> {
  const [inside] = await tx.all<{ inside: string }>('SELECT inside FROM media_insides WHERE media = $1', [row.id]);
  return {
    mimeType: bareType(row.mime_type ?? 'application/octet-stream'),
    bytes: Number(row.bytes ?? 0),
    ...(row.width === null ? {} : { width: Number(row.width) }),
    ...(row.height === null ? {} : { height: Number(row.height) }),
    ...(inside ? { inside: JSON.parse(inside.inside) as NonNullable<FileFacts['inside']> } : {}),
  };
}
const sourceOf = (row: Row, media: string): Source => ({
  media,
  key: row.key ?? '',
  mimeType: bareType(row.mime_type ?? ''),
  bytes: Number(row.bytes ?? 0),
  filename: row.filename,
});

async function stateOf(tx: Tx, row: Row, at: At): Promise<{ state: FileState; sources: Record<string, Source>; until: number }> {
  const { env, nowMs } = at;
  const uploads = await tx.all<{ variant: string; platform_id: string; expires_at: number }>(
    'SELECT variant, platform_id, expires_at FROM media_uploads WHERE media = $1 AND account = $2 AND expires_at > $3',
    [row.id, uploadAccount(at.channel), nowMs + MARGIN_MS],
  );
  const shown = (id: string, variant: string): Shown => {
    const upload = uploads.find((u) => u.variant === variant);
    return { link: env.mediaUrl(id, nowMs), ...(upload ? { uploaded: upload.platform_id } : {}) };
  };
  const made: Record<string, Shown | { fault: string }> = {};
  const sources: Record<string, Source> = { '': sourceOf(row, row.id) };
  for (const v of await tx.all<Row>(`SELECT ${COLUMNS} FROM media WHERE parent = $1 AND variant IS NOT NULL`, [row.id])) {
    const variant = v.variant ?? '';
    if (v.state === 'failed') made[variant] = { fault: v.reason ?? '' };
    else if (v.key !== null) {
      made[variant] = shown(v.id, variant);
      sources[variant] = sourceOf(v, row.id);
    }
  }
  const state: FileState = { facts: await factsOf(tx, row), own: shown(row.id, ''), made, ...(row.filename === null ? {} : { filename: row.filename }) };
  return { state, sources, until: Math.min(nowMs + env.mediaLinkDays * DAY, ...uploads.map((u) => Number(u.expires_at) - MARGIN_MS)) };
}

async function isRefused(tx: Tx, named: readonly NamedFile[], message: string | undefined): Promise<boolean> {
  if (message === undefined || !named.some(({ media }) => 'url' in media)) return false;
  const [p] = await tx.all<{ renewed: number }>('SELECT renewed FROM preparations WHERE message = $1', [message]);
  return p?.renewed === 1;
}

/** The files that a message names, as they stand now for its channel; undefined: it names none. Throws GatewayError for what can not be sent, with the field. */
export async function filesOf(tx: Tx, content: OutboundContent, at: At): Promise<NamedFiles | undefined> {
  const named = namedFiles(content);
  if (!named.length) return undefined;
  const states: Record<string, FileState> = {};
  const sources: Record<string, Readonly<Record<string, Source>>> = {};
  const ends = [Number.MAX_SAFE_INTEGER];
  const refused = await isRefused(tx, named, at.message);
  for (const file of named) {
    const ref = 'id' in file.media ? file.media.id : file.media.url;
    const row = await rowOf(tx, file, at);
    const known = row && (await stateOf(tx, row, at));
    const handed = refused && 'url' in file.media ? { refused: true as const } : {};
    if (known || refused) states[ref] = { ...known?.state, ...handed };
    if (!known) continue;
    sources[ref] = known.sources;
    ends.push(known.until);
  }
  return { files: { states, ...at.env.media }, sources, until: Math.min(...ends) };
}
