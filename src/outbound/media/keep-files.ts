import type { FileFacts } from '../../../adapters/files.ts';
import { GatewayError } from '../../gateway-error.ts';
import { newId } from '../../id.ts';
import type { Tx } from '../../store/port.ts';
import { filenameFor } from './filename-for.ts';
import { hashOfUrl } from './files-of.ts';

/** Bytes that lie in the media store, with what was measured of them. */
export interface KeptFile {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly mimeType: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly durationMs?: number | undefined;
}
interface MediaRow {
  readonly tenant: string;
  readonly kind: string;
  readonly state: 'ready' | 'failed';
  readonly file?: KeptFile;
  readonly filename?: string | null;
  readonly declaredType?: string | null;
  readonly reason?: string;
  readonly parent?: string;
  readonly variant?: string;
  readonly nowMs: number;
}
const INSERT = `INSERT INTO media (id, tenant, channel, conversation, message, direction, kind, state, key, declared_type, mime_type, filename, bytes, sha256, width, height, duration_ms, reason, attempts, round, parent, variant, created_at, updated_at)
  VALUES ($1,$2,NULL,NULL,NULL,'outbound',$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,0,0,$15,$16,$17,$17)`;

/** Bytes that are being removed may not be referred to: whoever wrote them writes them again. */
async function refer(tx: Tx, { key, bytes }: KeptFile): Promise<void> {
  await tx.run('INSERT INTO media_blobs (key, bytes, removing) VALUES ($1,$2,0) ON CONFLICT (key) DO NOTHING', [key, bytes]);
  const [blob] = await tx.all<{ removing: number }>('SELECT removing FROM media_blobs WHERE key = $1', [key]);
  if (blob?.removing === 1) throw new GatewayError('overloaded', 'These bytes are being removed at this moment.');
}
async function insert(tx: Tx, row: MediaRow): Promise<string> {
  const id = newId('md_', row.nowMs);
  const { file } = row;
  if (file) await refer(tx, file);
  await tx.run(INSERT, [
    id,
    row.tenant,
    row.kind,
    row.state,
    file?.key ?? null,
    row.declaredType ?? null,
    file?.mimeType ?? null,
    row.filename ?? null,
    file?.bytes ?? null,
    file?.sha256 ?? null,
    file?.width ?? null,
    file?.height ?? null,
    file?.durationMs ?? null,
    row.reason ?? null,
    row.parent ?? null,
    row.variant ?? null,
    row.nowMs,
  ]);
  return id;
}

/** A file that was fetched from an address, so that it can be converted. Returns its media id. */
export async function keepFetched(
  tx: Tx,
  args: {
    readonly tenant: string;
    readonly url: string;
    readonly kind: string;
    readonly file: KeptFile;
    readonly filename: string | null;
    readonly declaredType: string | null;
    readonly nowMs: number;
  },
): Promise<string> {
  const media = await insert(tx, { ...args, state: 'ready' });
  await tx.run(
    'INSERT INTO media_fetches (tenant, url_hash, media, fetched_at) VALUES ($1,$2,$3,$4) ON CONFLICT (tenant, url_hash) DO UPDATE SET media = excluded.media, fetched_at = excluded.fetched_at',
    [args.tenant, hashOfUrl(args.url), media, args.nowMs],
  );
  return media;
}
/** What was made of a file, or why it could not be. The first stands. */
export async function keepMade(
  tx: Tx,
  args: { readonly parent: string; readonly variant: string; readonly made: { readonly file: KeptFile } | { readonly reason: string }; readonly nowMs: number },
): Promise<void> {
  const { parent, variant, made, nowMs } = args;
  const [of] = await tx.all<{ tenant: string; kind: string; filename: string | null }>('SELECT tenant, kind, filename FROM media WHERE id = $1', [parent]);
  const [known] = await tx.all<{ id: string }>('SELECT id FROM media WHERE parent = $1 AND variant = $2', [parent, variant]);
  if (!of || known) return;
  const row = { ...of, parent, variant, nowMs };
  if ('reason' in made) await insert(tx, { ...row, state: 'failed', reason: made.reason });
  else await insert(tx, { ...row, state: 'ready', file: made.file, filename: of.filename === null ? null : filenameFor(of.filename, made.file.mimeType) });
}
export async function keepInside(tx: Tx, args: { readonly media: string; readonly inside: NonNullable<FileFacts['inside']> }): Promise<void> {
  await tx.run('INSERT INTO media_insides (media, inside) VALUES ($1,$2) ON CONFLICT (media) DO UPDATE SET inside = excluded.inside', [args.media, JSON.stringify(args.inside)]);
}
export async function keepUpload(
  tx: Tx,
  args: { readonly media: string; readonly variant: string; readonly account: string; readonly platformId: string; readonly expiresAt: number; readonly nowMs: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO media_uploads (media, variant, account, platform_id, expires_at, created_at) VALUES ($1,$2,$3,$4,$5,$6)
     ON CONFLICT (media, variant, account) DO UPDATE SET platform_id = excluded.platform_id, expires_at = excluded.expires_at, created_at = excluded.created_at`,
    [args.media, args.variant, args.account, args.platformId, args.expiresAt, args.nowMs],
  );
}
