import type { Route } from './deps.ts';
import { batchRoutes } from './routes/batch.ts';
import { channelRoutes } from './routes/channels.ts';
import { consentRoutes } from './routes/consents.ts';
import { eventRoutes } from './routes/events.ts';
import { mediaRoutes } from './routes/media.ts';
import { messageRoutes } from './routes/messages.ts';
import { operatorRoutes } from './routes/operations.ts';
import { reconcileRoutes } from './routes/reconcile.ts';
import { refusedRoutes } from './routes/refused.ts';
import { resourceRoutes } from './routes/resources.ts';
import { signalRoutes } from './routes/signals.ts';
import { templateRoutes } from './routes/templates.ts';
import { tenantRoutes } from './routes/tenants.ts';

/** Every route of the operator API: the router, /openapi.json and the test that walks them with a foreign key are made from it. */
export const ROUTES: readonly Route[] = [
  ...channelRoutes,
  ...batchRoutes,
  ...messageRoutes,
  ...mediaRoutes,
  ...consentRoutes,
  ...tenantRoutes,
  ...eventRoutes,
  ...operatorRoutes,
  ...resourceRoutes,
  ...refusedRoutes,
  ...reconcileRoutes,
  ...templateRoutes,
  ...signalRoutes,
];
