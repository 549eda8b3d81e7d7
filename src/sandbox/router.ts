import { Router } from 'express';
import type { WhatsappSimulator } from './whatsapp-simulator.ts';

/** /sandbox on the operator listener: phones to write from. The body is text here, whatever its type says. */
export function createSandboxRouter(simulator: WhatsappSimulator): Router {
  const router = Router();
  const refuse = (detail: string) => JSON.stringify({ type: 'urn:parlance:problem:invalid_request', title: 'Invalid request', status: 400, code: 'invalid_request', detail });
  router.post('/whatsapp/messages', (request, response) => {
    let body: { from?: unknown; text?: unknown; name?: unknown } = {};
    try {
      body = JSON.parse(String(request.body)) as typeof body;
    } catch {
      // told below
    }
    const { from, text, name } = body ?? {};
    if (typeof from !== 'string' || !/^\+?\d{6,15}$/.test(from) || typeof text !== 'string' || text === '')
      return void response.status(400).type('application/problem+json').send(refuse('write { "from": "+447700900123", "text": "…", "name"?: "…" }'));
    response.status(202).json({ id: simulator.customerWrites({ from, text, ...(typeof name === 'string' ? { name } : {}) }) });
  });
  router.get('/whatsapp/messages', (request, response) => void response.json({ messages: simulator.shown(String(request.query.phone ?? '')) }));
  return router;
}
