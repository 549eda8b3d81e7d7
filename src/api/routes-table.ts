import type { Route } from './deps.ts';
import { channelRoutes } from './routes/channels.ts';
import { eventRoutes } from './routes/events.ts';
import { messageRoutes } from './routes/messages.ts';
import { operatorRoutes } from './routes/operations.ts';
import { reconcileRoutes } from './routes/reconcile.ts';
import { refusedRoutes } from './routes/refused.ts';
import { resourceRoutes } from './routes/resources.ts';
import { signalRoutes } from './routes/signals.ts';
import { templateRoutes } from './routes/templates.ts';

/** Every route of the operator API: the router, /openapi.json and the test that walks them with a foreign key are made from it. */
export const ROUTES: readonly Route[] = [
  ...channelRoutes,
  ...messageRoutes,
  ...eventRoutes,
  ...operatorRoutes,
  ...resourceRoutes,
  ...refusedRoutes,
  ...reconcileRoutes,
  ...templateRoutes,
  ...signalRoutes,
];
