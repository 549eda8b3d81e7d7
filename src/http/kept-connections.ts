/**
 * So long an idle connection is kept: longer than what stands in front keeps its own (60 s in AWS's load balancer and nginx), so that it
 * is never the gateway that closes one just as a request is sent on it. Node's five seconds gave clients a reset now and then.
 */
export const KEPT_MS = 65_000;
