import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import helmet from 'helmet';
import { asyncapi } from '../../schemas/documents.ts';
import { FAILURES } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import { KEPT_MS } from '../http/kept-connections.ts';
import { newId } from '../id.ts';
import { allow } from './auth.ts';
import type { Answer, ApiDeps, Route } from './deps.ts';
import { openapi } from './openapi.ts';
import { ROUTES } from './routes-table.ts';

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
/** For a body of text to come in; an upload may take longer, and is held to its own silence. */
const BODY_MS = 30_000;
const UPLOAD_MS = 30 * 60_000;
const parseBody = (text: string): unknown => JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value));

function writeProblem(response: Response, error: GatewayError, id: string): void {
  if (response.headersSent) return void response.destroy();
  const { title, advice } = FAILURES[error.code];
  const detail = error.code === 'internal' ? undefined : error.message;
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: `urn:parlance:problem:${error.code}`, title, status: error.status, code: error.code, detail, advice, pointer: error.pointer, requestId: id }));
}
export async function writeAnswer(response: Pick<Response, 'writeHead' | 'write' | 'on' | 'off' | 'end' | 'status'>, answer: Answer, signal: AbortSignal): Promise<void> {
  if (answer.stream) {
    response.writeHead(200, { 'content-type': answer.type ?? 'text/plain', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const write = (chunk: string) =>
      new Promise<void>((resolve) => {
        if (signal.aborted || response.write(chunk)) return resolve();
        const goOn = () => {
          response.off('drain', goOn).off('close', goOn);
          resolve();
        };
        response.on('drain', goOn).on('close', goOn); // a slow reader holds up itself alone
      });
    await answer.stream(write, signal);
    response.end();
    return;
  }
  response
    .status(answer.status ?? 200)
    .set({ ...answer.headers })
    .type(answer.type ?? 'application/json')
    .send(answer.json ?? JSON.stringify(answer.body ?? null));
}

/** The operator listener: API, metrics, and the sandbox where it runs. */
export function createOperatorListener(deps: ApiDeps, sandbox: Router | null) {
  const app = express();
  const open = new Set<AbortController>();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  const idOf = (response: Response): string => String(response.locals.id);
  app.use((request, response, next) => {
    response.locals.id = newId('rq_');
    response.setHeader('x-request-id', idOf(response));
    const started = performance.now();
    response.once('finish', () =>
      deps.log('info', 'request', {
        requestId: idOf(response),
        method: request.method,
        route: (response.locals.route as string | undefined) ?? 'none',
        status: response.statusCode,
        ms: Math.round(performance.now() - started),
      }),
    );
    next();
  });
  app.use(helmet());
  app.use((request, _response, next) => {
    // A page of elsewhere must not reach a listener on this machine under a name of its own (DNS rebinding).
    const local = deps.config.operatorHost === '127.0.0.1' || deps.config.operatorHost === 'localhost' || deps.config.operatorHost === '::1';
    next(local && !LOCAL.test(request.headers.host ?? '') ? new GatewayError('forbidden', 'This listener answers to localhost only.') : undefined);
  });
  if (sandbox) app.use('/sandbox', sandbox); // reads its bodies itself: they may carry media
  for (const route of ROUTES) if (route.streams) serve(route);
  app.use((request, response, next) => {
    response.locals.slow = setTimeout(() => request.destroy(), BODY_MS).unref();
    next();
  });
  app.use(express.text({ type: () => true, limit: '5mb' }));
  app.use((_request, response, next) => {
    clearTimeout(response.locals.slow as NodeJS.Timeout);
    next();
  });
  app.get('/healthz', (_request, response) => void response.type('text/plain').send('ok\n'));
  app.get('/openapi.json', (_request, response) => void response.json(openapi()));
  app.get('/asyncapi.json', (_request, response) => void response.json(asyncapi(deps.config.kafka?.topicPrefix)));
  app.get('/metrics', async (request, response) => {
    const remote = request.socket.remoteAddress ?? '';
    if (!/^(::ffff:)?127\.|^::1$/.test(remote)) allow(await deps.auth.authenticate(request), 'read');
    const { type, body } = await deps.metrics();
    response.type(type).send(body);
  });

  function serve(route: Route): void {
    app[route.method](route.path, (request, response, next) => void handle(route, request, response).catch(next));
  }
  async function handle(route: Route, request: Request, response: Response): Promise<void> {
    response.locals.route = `${request.method} ${route.path}`;
    const caller = await deps.auth.authenticate(request);
    allow(caller, route.scope);
    const gone = new AbortController();
    open.add(gone);
    response.once('close', () => {
      open.delete(gone);
      if (!response.writableFinished) gone.abort(); // nobody listens to the signal of an answer that is whole, and an abort makes an error with its stack
    });
    let body: unknown;
    try {
      body = typeof request.body === 'string' && request.body !== '' ? parseBody(request.body) : undefined;
    } catch {
      throw new GatewayError('invalid_request', 'The body is not JSON.');
    }
    const query = Object.fromEntries(
      Object.entries(request.query).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : Array.isArray(value) ? value.filter((v) => typeof v === 'string').join(',') : undefined,
      ]),
    );
    await writeAnswer(
      response,
      await route.handle(
        { caller, params: request.params as Record<string, string>, query, body, headers: request.headers, signal: gone.signal, ...(route.streams ? { request } : {}) },
        deps,
      ),
      gone.signal,
    );
  }
  for (const route of ROUTES) if (!route.streams) serve(route);
  app.use('/v1', (request, _response, next) => void deps.auth.authenticate(request).then(() => next(new GatewayError('not_found', 'There is no such route.')), next));
  app.use((_request, _response, next) => next(new GatewayError('not_found', 'There is no such route.')));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const http = error as { status?: unknown; type?: unknown };
    const known =
      error instanceof GatewayError
        ? error
        : http.type === 'entity.too.large'
          ? new GatewayError('payload_too_large', 'At most 5 MB.')
          : typeof http.status === 'number' && http.status < 500
            ? new GatewayError('invalid_request', 'The request could not be read.')
            : null;
    if (!known) deps.log('error', 'a request failed', { requestId: idOf(response), error: error instanceof Error ? error.stack : String(error) });
    writeProblem(response, known ?? new GatewayError('internal', 'failed'), idOf(response));
  });
  const server = http.createServer({ requestTimeout: UPLOAD_MS, headersTimeout: 10_000, keepAliveTimeout: KEPT_MS }, app);
  return {
    start: (port: number, host: string) =>
      new Promise<number>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const gone of open) gone.abort();
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 3000).unref();
      }),
  };
}
