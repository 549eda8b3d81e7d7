import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { GatewayError } from '../gateway-error.ts';
import type { Store } from '../store/port.ts';

export type Scope = 'send' | 'read' | 'admin';
export const SCOPES: readonly Scope[] = ['send', 'read', 'admin'];
/** Who asks. tenant null: installation admin. */
export interface Caller {
  readonly id: string;
  readonly tenant: string | null;
  readonly scopes: ReadonlySet<Scope>;
}

export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');
const ALL: ReadonlySet<Scope> = new Set(SCOPES);
const CACHE_MS = 2000;

/** Bearer keys only: never a query parameter, never a password. Keys are found by their hash. */
export function createAuth({ store, operatorToken }: { store: Store; operatorToken: string }) {
  const operator = createHash('sha256').update(operatorToken).digest();
  const cache = new Map<string, { caller: Caller | null; until: number }>();
  async function find(hash: string): Promise<Caller | null> {
    const known = cache.get(hash);
    if (known && known.until > performance.now()) return known.caller;
    const row = await store.read.selectFrom('api_keys').select(['id', 'tenant', 'scopes']).where('hash', '=', hash).where('revoked_at', 'is', null).executeTakeFirst();
    const caller = row ? { id: row.id, tenant: row.tenant, scopes: new Set(JSON.parse(row.scopes) as Scope[]) } : null;
    if (cache.size > 10_000) cache.clear();
    cache.set(hash, { caller, until: performance.now() + CACHE_MS });
    return caller;
  }
  return {
    forget: () => cache.clear(),
    async authenticate(request: Request): Promise<Caller> {
      const token = /^Bearer ([A-Za-z0-9._~+/=-]{8,512})$/.exec(request.headers.authorization ?? '')?.[1];
      if (!token) throw new GatewayError('unauthorized', 'There is no bearer key.');
      if (timingSafeEqual(createHash('sha256').update(token).digest(), operator)) return { id: 'operator', tenant: null, scopes: ALL };
      const caller = await find(hashKey(token));
      if (!caller) throw new GatewayError('unauthorized', 'The key is not known.');
      return caller;
    },
  };
}
export type Auth = ReturnType<typeof createAuth>;

/** `admin` may do everything in its tenant. */
export function allow(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope) && !caller.scopes.has('admin')) throw new GatewayError('forbidden', `This needs a key of scope ${scope}.`);
}
