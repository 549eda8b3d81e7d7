import type { Acting } from './audit.ts';
import type { Asked } from './deps.ts';

/** Who asks for a change, for the operation that makes it. */
export const acting = (asked: Asked): Acting => ({ actor: asked.caller.id, tenant: asked.caller.tenant, nowMs: Date.now() });
