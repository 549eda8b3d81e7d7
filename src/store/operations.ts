import { apiOperations } from '../api/operations.ts';
import { policyOperations } from '../api/policy-operations.ts';
import { brokerOperations } from '../broker/operations.ts';
import { inboundOperations } from '../inbound/operations.ts';
import type { RetryDeps } from '../inbound/retry.ts';
import { mediaOperations } from '../media/operations.ts';
import type { OutboundEnvironment } from '../outbound/admit.ts';
import { preparationOperations } from '../outbound/media/operations.ts';
import { outboundOperations } from '../outbound/operations.ts';
import { profileOperations } from '../profiles/operations.ts';
import { reconcileOperations } from '../reconcile/operations.ts';
import { templateOperations } from '../templates/operations.ts';

/** What operations know of the store's thread. */
export type OperationEnvironment = RetryDeps & OutboundEnvironment;

/**
 * Every change of the store, by name: `(tx, args) => result`, run inside a transaction of the writer. Arguments and results are
 * plain data (they cross a thread). Each area keeps its own; this is the one list.
 */
export const createOperations = (env: OperationEnvironment) => ({
  ...inboundOperations(env),
  ...outboundOperations(env),
  ...preparationOperations(env),
  ...apiOperations,
  ...policyOperations,
  ...brokerOperations,
  ...reconcileOperations,
  ...profileOperations,
  ...templateOperations,
  ...mediaOperations(env),
});
export type Operations = ReturnType<typeof createOperations>;
