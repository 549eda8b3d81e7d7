import type { ServerResponse } from 'node:http';
import { FAILURES, type FailureCode } from '../../schemas/index.ts';

/** Refusals, made once: problem+json without anything of the request in it. */
const problems = new Map<string, string>();
export function problem(code: FailureCode, status: number = FAILURES[code].status): string {
  const key = `${code} ${status}`;
  let body = problems.get(key);
  if (!body) {
    body = JSON.stringify({ type: `urn:parlance:problem:${code}`, title: FAILURES[code].title, status, code, advice: FAILURES[code].advice });
    problems.set(key, body);
  }
  return body;
}

export function answer(response: ServerResponse, reply: { status: number; type: string; body: string }, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(reply.status, { 'content-type': reply.type, 'content-length': Buffer.byteLength(reply.body), 'x-content-type-options': 'nosniff', ...headers });
  response.end(reply.body);
}

export function refuse(response: ServerResponse, code: FailureCode, options: { status?: number; headers?: Readonly<Record<string, string>> } = {}): void {
  const status = options.status ?? FAILURES[code].status;
  answer(response, { status, type: 'application/problem+json', body: problem(code, status) }, options.headers);
}
