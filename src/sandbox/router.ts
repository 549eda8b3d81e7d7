import express, { Router } from 'express';
import { type Controlled, createControl } from './core/control.ts';

/** /sandbox on the operator listener: phones to write from. Media come in the body, so it may be larger than the API's. */
export function createSandboxRouter(controlled: Controlled): Router {
  const router = Router();
  const control = createControl(controlled);
  router.use(express.raw({ type: () => true, limit: '150mb' }));
  router.use((request, response, next) => {
    const url = new URL(request.originalUrl, 'http://sandbox');
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const answer = control({ method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers, body });
    if (!answer) return next();
    response.status(answer.status).set(answer.headers ?? { 'content-type': 'application/json' });
    response.send(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  return router;
}
